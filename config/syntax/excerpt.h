// A complaint shown as compilers do: what and where, the line, a caret under the column. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mtls::config::syntax {

struct Complaint {
  std::string message;
  std::string file;          // "": of no place
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in bytes; 0: no caret
};

/// `MESSAGE in FILE:LINE`, the line of `text` (the file's), and the caret; each ended by a newline.
/// Long lines are cut around the column, control characters become `?`. Without a place or such a
/// line: the first line alone.
std::string excerpt(const Complaint& complaint, std::string_view text);

}  // namespace mtls::config::syntax
