// Shows a line of a configuration as compilers do, with room for a caret under a column. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mtls::config::syntax {

/// One line as people see it: cut around a column where it is long, control characters are `?`.
struct Excerpt {
  std::string text;
  std::size_t caret = 0;  // characters before the column
};

/// `line`: without its newline; a carriage return at its end is dropped. `column`: counted from 1,
/// in bytes; 0 is as 1.
Excerpt excerpt(std::string_view line, std::uint32_t column);

}  // namespace mtls::config::syntax
