// The paragraphs of `check --format text`: one for each cause, with the line of the configuration
// to edit. Pure.
#pragma once

#include <string>
#include <vector>

#include "reports/causes.h"
#include "reports/formats/formats.h"

namespace mtls::reports::formats {

/// Each with severity, rule and place, the line with a caret, what is wrong, what that leads to,
/// the server blocks concerned and what to do; then a blank line.
std::string paragraphs(const Report& report, const std::vector<Cause>& causes);

}  // namespace mtls::reports::formats
