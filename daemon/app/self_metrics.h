// The daemon's own metric families: evaluations, watching, HTTP requests, build and process_*.
// Rendered for each scrape, on the web thread.
#pragma once

#include "collectors/family.h"
#include "daemon/app/published.h"
#include "daemon/web/request_counts.h"

namespace mtls::daemon::app {

/// `is_compact`: of the settings, metrics.detail. Then the old names are left out.
collectors::Families self_families(const SelfCounts& counts, const web::RequestCounts& requests,
                                   bool is_compact = false);

}  // namespace mtls::daemon::app
