// The words behind `location` (ngx_http_core_location()): a modifier, alone or in front of the
// name, and the name. Pure.
#pragma once

#include <optional>
#include <string>

#include "config/syntax/ast.h"
#include "config/syntax/regex.h"

namespace mtls::config::grammar {

struct LocationName {
  enum class Kind { kPrefix, kExact, kRegex, kNamed };

  Kind kind = Kind::kPrefix;
  std::string name;                                   // the path, the pattern or @name
  bool stops_regex = false;                           // ^~
  syntax::Letters letters = syntax::Letters::kExact;  // of kRegex

  /// REQUIRES: `location` has one argument or two.
  static LocationName of(const syntax::Directive& location);
};

/// nginx's complaint about the modifier or the pattern.
std::optional<std::string> location_words_error(const syntax::Directive& location);
/// Why `location` may not stand inside of `outer`, another location.
std::optional<std::string> location_place_error(const syntax::Directive& location,
                                                const syntax::Directive& outer);

}  // namespace mtls::config::grammar
