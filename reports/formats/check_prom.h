// `check --format prom`: the metrics of one evaluation in the text format, for the textfile
// collector of node_exporter on hosts where no daemon runs. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// What report.metrics returns.
std::string check_prom(const Report& report);

}  // namespace mtls::reports::formats
