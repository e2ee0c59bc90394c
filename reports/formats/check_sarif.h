// `check --format sarif`: SARIF 2.1.0 (OASIS), for code scanning and editors. Rule ids are those of
// docs/findings.md. Paths are seen from the working directory; fingerprints do not count lines, so
// an issue stays the same one when its line moves. Accepted issues are suppressed ones. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_sarif(const Report& report);

}  // namespace mtls::reports::formats
