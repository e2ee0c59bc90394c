// What nginx's error logs tell: certificates that it refused, and how the logs are followed.
// Counters, which is why they are no part of a Snapshot. Thousands of series, so they are written
// straight as text. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "running/line_losses.h"
#include "running/log_counts.h"
#include "running/verify_counts.h"

namespace mtls::collectors {

/// A family with at least one sample. The samples read the same in both formats, the lines before
/// them do not.
struct LogFamily {
  std::string name;
  std::string header;              // of text format 0.0.4
  std::string openmetrics_header;  // of OpenMetrics 1.0.0
  std::string samples;
};

/// `is_compact`: of the settings, metrics.detail. Then a series that is 0 is there only for the
/// commonest reasons.
///
/// Of each server the certificates that were refused, and whether that can be counted.
std::vector<LogFamily> refusal_families(const running::VerifyCounts& counts,
                                        bool is_compact = false);

/// `foreign`: VerifyCounts::foreign().
std::vector<LogFamily> log_families(const std::vector<running::LogCounts>& logs,
                                    std::uint64_t foreign, bool is_compact = false);

/// None where nobody observes.
std::vector<LogFamily> loss_families(const running::LossCounts& losses);

}  // namespace mtls::collectors
