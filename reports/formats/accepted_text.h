// The closing section of `check --format text`: the findings that somebody lives with. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// A heading and one line for each accepted finding; "" without any.
std::string accepted_section(const Report& report);

}  // namespace mtls::reports::formats
