// Makes up a path that a simple regular expression matches, so that a location with a pattern can
// be tried. Knows nothing of locations. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/syntax/regex.h"

namespace mtls::config::syntax {

/// A path that begins with `/` and matches. nullopt: the pattern is too complex, or does not
/// compile.
std::optional<std::string> sample_path(std::string_view pattern, Letters letters);

}  // namespace mtls::config::syntax
