// Since when a path has led to what it leads to, by the times that the file system keeps. Asks the
// disk directly, so it may wait for a mount that hangs. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mtls::daemon::system {

/// Nanoseconds since 1970.
struct DiskTimes {
  std::int64_t changed_ns = 0;  // the last change of the target and of each link on the way
  // A directory on the way was renamed then, or got other rights; 0: neither, or its content has
  // changed since.
  std::int64_t moved_ns = 0;
};

/// Of an absolute path. nullopt: it leads nowhere.
std::optional<DiskTimes> path_times(const std::string& path);

}  // namespace mtls::daemon::system
