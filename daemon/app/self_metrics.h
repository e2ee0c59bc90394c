// The daemon's own families: evaluations, watching, HTTP answers, build and process_*. Made for
// each scrape.
#pragma once

#include "collectors/family.h"
#include "daemon/app/published.h"
#include "daemon/web/server.h"

namespace mtls::daemon::app {

collectors::Families self_families(const SelfCounts& counts, const web::RequestCounts& requests);

}  // namespace mtls::daemon::app
