// The way from `/` to what a path or pattern leads to, taken by hand: every directory on it with
// the names that matter there, symbolic links followed one hop at a time (ADR 5). Ends
// before a mount that may not answer. Opens no file. A Walker remembers what it saw: one per pass.
// Knows nothing of inotify.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sighting.h"
#include "daemon/watch/directory_view.h"

namespace mtls::daemon::watch {

/// No entry of a directory has these names.
inline constexpr char kEveryEntry[] = "/";
inline constexpr char kFileItself[] = "";

/// In which directory a change of which entry may change the outcome; or a regular file, then
/// `name` is kFileItself.
struct Want {
  std::string place;  // without symbolic links
  std::string name;

  auto operator<=>(const Want&) const = default;
};

struct PathWalk {
  std::vector<Want> wants;      // sorted, each once
  std::uint64_t signature = 0;  // of every component's identity; content (size, times) is left out
  bool silent = false;  // ends on, or before, a file system that does not tell of every change

  bool operator==(const PathWalk&) const = default;
};

class PathWalker {
 public:
  explicit PathWalker(DirectoryView& ground) : ground_(ground), mounts_(ground.mounts()) {}

  PathWalk walk(base::Sighting::Kind kind, const std::string& path);

 private:
  struct Component {
    std::string text;
    bool magic = false;  // holds a wildcard of glob(3)
  };
  struct Progress;

  static std::vector<Component> split(const std::string& path, base::Sighting::Kind kind);
  DirectoryView::DirectoryEntry entry(const std::string& path, bool remembered);
  void advance(Progress progress, PathWalk& walk);
  bool step(Progress& progress, const std::string& name, PathWalk& walk);
  void branch(const Progress& progress, const std::string& pattern, PathWalk& walk);
  bool is_remote(const std::string& path) const;

  DirectoryView& ground_;
  std::shared_ptr<const system::MountTable> mounts_;
  std::unordered_map<std::string, DirectoryView::DirectoryEntry> entries_;
};

}  // namespace mtls::daemon::watch
