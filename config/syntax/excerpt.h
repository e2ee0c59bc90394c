// Shows a line of a configuration as compilers do, with room for a caret under a column. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mtls::config::syntax {

/// One line as people see it: cut around a column where it is long. A tab is a blank; a byte that
/// is no UTF-8, and a character that base::sanitize() does not let through, is `?`.
struct Excerpt {
  std::string text;
  std::size_t caret = 0;  // characters of `text` before the column
};

inline constexpr std::size_t kExcerptBytes = 100;

/// `line`: without its newline; a carriage return at its end is dropped. `column`: counted from 1,
/// in bytes; 0 is as 1. `most`: bytes of a line that are shown.
Excerpt excerpt(std::string_view line, std::uint32_t column, std::size_t most = kExcerptBytes);

}  // namespace mtls::config::syntax
