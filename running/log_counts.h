// What following one log file came to. Plain values.
#pragma once

#include <cstdint>
#include <string>

namespace mtls::running {

struct LogCounts {
  std::string path;
  std::uint64_t lines = 0;
  std::uint64_t unreadable = 0;  // times that it could not be read any more
  std::uint64_t oversized = 0;   // lines longer than any of nginx's
  std::uint64_t lost = 0;     // times that it was truncated, and no copy of what was cut is there
  std::uint64_t limited = 0;  // times that Angie began to leave lines out (R9.9)

  bool operator==(const LogCounts&) const = default;
};

}  // namespace mtls::running
