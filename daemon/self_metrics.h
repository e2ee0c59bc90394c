// The daemon's own families: evaluations, watching, HTTP answers, build and process_*. Made for
// each scrape.
#pragma once

#include "collectors/family.h"
#include "daemon/published.h"
#include "daemon/web/server.h"

namespace mtls::daemon {

collectors::Families self_families(const SelfCounts& counts, const RequestCounts& requests);

}  // namespace mtls::daemon
