// Where somebody stopped reading logs, so that another process goes on there. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mtls::daemon::live {

/// In one file or journal. What stood before tells the file, or a copy of it, from another one.
struct LogPosition {
  std::string path = {};  // of the file itself, behind all symbolic links
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t offset = 0;   // of the first byte that nobody has handed out
  std::uint64_t before = 0;  // that many bytes in front of `offset` ...
  std::uint64_t digest = 0;  // ... have this base::fnv1a()
  bool is_inside = false;    // `offset` is inside of a line that was too long
  bool is_at_end = false;    // nothing stood behind it
  std::string cursor = {};   // of a journal, and nothing else: the last entry

  bool operator==(const LogPosition&) const = default;
};

/// Of all logs, by the path in the configuration. Of one log the oldest file comes first.
struct LogState {
  std::map<std::string, std::vector<LogPosition>> logs = {};
  std::vector<int> processes = {};  // known to be nginx's

  bool operator==(const LogState&) const = default;
};

}  // namespace mtls::daemon::live
