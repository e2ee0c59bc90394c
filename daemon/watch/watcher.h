// Files in, Changes out: inotify on the libuv loop, directories of every symlink hop, patterns,
// overflow, debounce, rescan (ADR 5). Events are hints; the walk is the truth. Knows paths
// and stamps, nothing of nginx.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <uv.h>

#include "base/result.h"
#include "base/sighting.h"
#include "daemon/system/mount_table.h"

namespace mtls::daemon::watch {

/// What may differ from the sightings the watcher was last given.
struct FileChanges {
  std::set<std::string> paths;     // keys of the sightings: paths and patterns
  std::set<std::string> complete;  // of these, the last event said that nobody is writing it
  bool everything = false;         // events were lost before this look, which was at every target
  bool by_rescan = false;          // some of them were seen by the rescan only: an event was missed
};

struct WatchCounts {
  std::uint64_t watches = 0;
  std::uint64_t events = 0;
  std::uint64_t overflows = 0;
  std::uint64_t missed = 0;      // changes found by a rescan only
  std::uint64_t full_looks = 0;  // looks at every target, by the rescan timer or on demand
  bool fallback = false;         // inotify, some of its watches, or epoll for it refused: polled
  /// Paths on file systems that do not tell (NFS, FUSE, overlay), or without a watch.
  std::set<std::string> unreliable;
};

struct WatchOptions {
  std::chrono::milliseconds rescan_interval{30'000};
  std::chrono::milliseconds poll_interval{4'000};  // for unreliable paths and without inotify
  /// A file that changed while its owner evaluated is reported once more after this: its stamp may
  /// not tell two changes apart.
  std::chrono::milliseconds settle{2'000};
};

/// Lives on the loop thread. `on_change` is called on it, debounced, never re-entrantly from
/// watch().
class Watcher {
 public:
  using OnChange = std::function<void(const FileChanges&)>;

  /// All of it outlives the watcher, and a pass that is under way when it closes.
  struct World {
    uv_loop_t& loop;
    base::FileSystem& disk;
    system::Mounts& mounts;
  };
  /// Never fails: without inotify it polls, and counts().fallback says so.
  static std::unique_ptr<Watcher> create(const World& world, const WatchOptions& options,
                                         OnChange on_change);
  virtual ~Watcher() = default;

  /// Replaces what is watched: every path and pattern of `seen`. Arms first and looks afterwards:
  /// what already differs from `seen` then is reported through `on_change` in a later turn of the
  /// loop.
  virtual void watch(base::Sightings seen) = 0;

  /// Looks at everything now, off the loop thread, and reports what differs (SIGHUP, the rescan
  /// timer calls it too).
  virtual void rescan() = 0;

  virtual WatchCounts counts() const = 0;
  /// Closes every handle, also while a worker is looking; nothing is reported afterwards. The loop
  /// must turn once more to let go of the handles; the destructor may run at any time, but not
  /// inside `on_change`.
  virtual void close() = 0;
};

}  // namespace mtls::daemon::watch
