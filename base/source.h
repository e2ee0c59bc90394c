// A location in the text of a configuration: file, line and column. Plain numbers, which mean
// something only together with the Document that owns the list of files. Pure.
#pragma once

#include <cstdint>

namespace mtls::base {

/// Index into the `files` of the Document that owns the location.
enum class FileId : std::uint32_t {};

struct SourceLocation {
  FileId file{};
  std::uint32_t line = 0;    // counted from 1
  std::uint32_t column = 0;  // counted from 1, in bytes; 0 means the whole line

  bool operator==(const SourceLocation&) const = default;
};

}  // namespace mtls::base
