// Watches files and reports changes: inotify on the libuv loop, with the directories of every
// symbolic-link hop, patterns, overflow, debounce and rescan (ADR 5). Events are only hints; what
// the walk finds is true. Knows paths and stamps, nothing of nginx.
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

/// What may differ from the sightings that the watcher was last given.
struct FileChanges {
  std::set<std::string> paths;     // keys of the sightings: paths and patterns
  std::set<std::string> complete;  // those that nobody was writing at the last event
  bool everything = false;         // events were lost before this look at every target
  bool by_rescan = false;          // only the rescan found some of them: an event was missed
};

struct WatchCounts {
  std::uint64_t watches = 0;
  std::uint64_t events = 0;
  std::uint64_t overflows = 0;
  std::uint64_t missed = 0;      // changes found by a rescan only
  std::uint64_t full_looks = 0;  // looks at every target, by the rescan timer or on demand
  bool fallback = false;         // inotify, watches or epoll were refused: polling
  /// Paths on file systems that do not report changes (NFS, FUSE, overlay), or without a watch.
  std::set<std::string> unreliable;
};

struct WatchOptions {
  std::chrono::milliseconds rescan_interval{30'000};
  std::chrono::milliseconds poll_interval{4'000};  // for unreliable paths and without inotify
  /// A file that changed while its owner evaluated is reported once more after this time, because
  /// one stamp may stand for two changes.
  std::chrono::milliseconds settle{2'000};
};

/// Lives on the loop thread. `on_change` is called there, debounced, and never from inside watch().
class Watcher {
 public:
  using OnChange = std::function<void(const FileChanges&)>;

  /// All of these outlive the watcher, and a pass that is under way when it closes.
  struct World {
    uv_loop_t& loop;
    base::FileSystem& disk;
    system::Mounts& mounts;
    /// Called on the loop thread as soon as the kernel reports a change that may matter, before
    /// anybody looks what it was. May be empty.
    std::function<void()> on_event = {};
  };
  /// Never fails: without inotify it polls, and counts().fallback says so.
  static std::unique_ptr<Watcher> create(const World& world, const WatchOptions& options,
                                         OnChange on_change);
  virtual ~Watcher() = default;

  /// Watches every path and pattern of `seen` from now on, and nothing else. Arms first and looks
  /// afterwards: what differs from `seen` by then is reported through `on_change` in a later turn
  /// of the loop.
  virtual void watch(base::Sightings seen) = 0;
  /// The same for an owner that saw `changed` anew and everything else as it said before. All of it
  /// is watched already.
  virtual void update(base::Sightings changed) = 0;

  /// Looks at everything now, off the loop thread, and reports what differs. For SIGHUP and the
  /// rescan timer.
  virtual void rescan() = 0;

  virtual WatchCounts counts() const = 0;
  /// Closes every handle, even while a worker is looking; nothing is reported afterwards. The loop
  /// must turn once more to free the handles. The destructor may run at any time, but not inside
  /// `on_change`.
  virtual void close() = 0;
};

}  // namespace mtls::daemon::watch
