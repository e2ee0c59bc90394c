// The first lines of `check --format text`: what a whole host comes to, and what ends next. Pure.
#pragma once

#include <string>
#include <vector>

#include "reports/causes.h"
#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// `web-3, nginx 1.22.1: 2 things refuse clients now, 1 more within 30 days`, and a line with the
/// next date; then a blank line.
std::string headline(const Report& report, const std::vector<Cause>& causes);

}  // namespace mtls::reports::formats
