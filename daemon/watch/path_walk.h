// Walks from `/` to a path or pattern: every directory on the way with the names that matter in it,
// following one symbolic link at a time (ADR 5). Stops at a mount that may not answer. Opens no
// file and knows nothing of inotify. A PathWalker remembers what it saw, so use one per pass.
// Worker thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sighting.h"
#include "daemon/watch/directory_view.h"

namespace mtls::daemon::watch {

/// Not possible as names of directory entries.
inline constexpr char kEveryEntry[] = "/";
inline constexpr char kFileItself[] = "";

/// A directory in which a change of the entry `name` may change the outcome; or a regular file,
/// with kFileItself as the name.
struct Want {
  std::string path;  // without symbolic links
  std::string name;

  auto operator<=>(const Want&) const = default;
};

struct PathWalk {
  std::vector<Want> wants;      // sorted, each once
  std::uint64_t signature = 0;  // of every component's identity; content (size, times) is left out
  bool silent = false;  // ends on, or before, a file system that does not report every change

  bool operator==(const PathWalk&) const = default;
};

class PathWalker {
 public:
  explicit PathWalker(DirectoryView& view) : view_(view), mounts_(view.mounts()) {}

  PathWalk walk(base::Sighting::Kind kind, const std::string& path);

 private:
  struct Component {
    std::string text;
    bool wildcard = false;  // holds a wildcard of glob(3)
  };
  struct Progress;

  static std::vector<Component> split(const std::string& path, base::Sighting::Kind kind);
  DirectoryView::DirectoryEntry entry(const std::string& path, bool remembered);
  void advance(Progress progress, PathWalk& walk);
  bool step(Progress& progress, const std::string& name, PathWalk& walk);
  void branch(const Progress& progress, const std::string& pattern, PathWalk& walk);
  bool is_remote(const std::string& path) const;

  DirectoryView& view_;
  std::shared_ptr<const system::MountTable> mounts_;
  std::unordered_map<std::string, DirectoryView::DirectoryEntry> entries_;
};

}  // namespace mtls::daemon::watch
