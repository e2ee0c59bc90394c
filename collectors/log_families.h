// What nginx's error logs tell: certificates that it refused, and how the logs are followed.
// Counters, which is why they are no part of a Snapshot. Pure.
#pragma once

#include <vector>

#include "collectors/family.h"
#include "running/log_counts.h"
#include "running/verify_counts.h"

namespace mtls::collectors {

Families log_families(const running::VerifyCounts& counts,
                      const std::vector<running::LogCounts>& logs);

}  // namespace mtls::collectors
