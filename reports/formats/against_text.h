// `check --against` as text: what is new, what is gone, which clients get another answer. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// The first line of the text, with an empty line after it.
std::string against_headline(const Report& report);
/// What follows the new findings.
std::string against_section(const Report& report);

}  // namespace mtls::reports::formats
