// Shows a complaint as compilers do: what and where, the line, and a caret under the column. Takes
// the text of the file; reads no file. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mtls::config::syntax {

struct Complaint {
  std::string message;
  std::string file;          // "": the complaint has no location
  std::uint32_t line = 0;    // counted from 1
  std::uint32_t column = 0;  // counted from 1, in bytes; 0: no caret
};

/// Returns `MESSAGE in FILE:LINE`, the line of `text` and the caret, each followed by a newline.
/// `text` is the content of the file. Long lines are cut around the column, and control characters
/// become `?`. When the complaint has no location, or `text` has no such line, only the first line
/// is returned.
std::string excerpt(const Complaint& complaint, std::string_view text);

}  // namespace mtls::config::syntax
