// What nginx's error logs tell: certificates that it refused, and how the logs are followed.
// Counters, which is why they are no part of a Snapshot. Pure.
#pragma once

#include <vector>

#include "collectors/family.h"
#include "running/log_counts.h"
#include "running/verify_counts.h"

namespace mtls::collectors {

/// `is_compact`: of the settings, metrics.detail. Then a series that is 0 is there only for the
/// commonest reasons.
Families log_families(const running::VerifyCounts& counts,
                      const std::vector<running::LogCounts>& logs, bool is_compact = false);

}  // namespace mtls::collectors
