// Families as text of OpenMetrics 1.0.0, which prometheus-cpp does not write. Knows gauges and
// counters, the only types here. Pure.
#pragma once

#include <string>

#include "collectors/family.h"

namespace mtls::collectors {

/// Families without series are left out. A gauge reads the same as in text format 0.0.4. Texts may
/// be joined to one exposition as long as no family is in two of them; kOpenMetricsEnd ends it.
std::string render_openmetrics(const Families& families);

/// The lines before the samples of one family.
std::string openmetrics_header(const FamilySpec& family);

inline constexpr const char* kOpenMetricsEnd = "# EOF\n";

}  // namespace mtls::collectors
