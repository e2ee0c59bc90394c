// `check --format github`: workflow commands, one line an issue, which GitHub Actions shows at the
// line of the file in a pull request. Paths are seen from the working directory. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_github(const Report& report);

}  // namespace mtls::reports::formats
