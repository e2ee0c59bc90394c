// A path that a regular expression matches, made up from simple patterns. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/syntax/regex.h"

namespace mtls::config::syntax {

/// Begins with `/` and matches, or nullopt: the pattern is beyond us.
std::optional<std::string> sample_path(std::string_view pattern, Letters letters);

}  // namespace mtls::config::syntax
