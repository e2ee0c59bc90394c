// The daemon's own families: evaluations, watching, HTTP answers, build and process_*. Rendered at
// each scrape.
#pragma once

#include <string>

#include "daemon/published.h"
#include "daemon/web/server.h"

namespace mtls::daemon {

std::string render_self_metrics(const SelfCounts& counts, const RequestCounts& requests);

}  // namespace mtls::daemon
