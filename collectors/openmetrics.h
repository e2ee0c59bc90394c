// Families as OpenMetrics 1.0.0, which prometheus-cpp does not write. Pure.
#pragma once

#include <string>

#include "collectors/family.h"

namespace mtls::collectors {

/// Gauges and counters; families without series are left out. A family without a counter reads the
/// same as in text format 0.0.4. An exposition of several such texts ends with kOpenMetricsEnd, and
/// no family may be in two of them.
std::string render_openmetrics(const Families& families);

inline constexpr const char* kOpenMetricsEnd = "# EOF\n";

}  // namespace mtls::collectors
