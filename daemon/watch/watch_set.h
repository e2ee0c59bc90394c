// Turns what targets want into inotify watches, and an event back into the targets that it
// concerns. Several targets share a directory; several paths share one inode and so one watch
// descriptor. Knows paths and names, not what the targets are. Needs no locks: it is used by one
// thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/watch/directory_view.h"
#include "daemon/watch/path_walk.h"

namespace mtls::daemon::watch {

/// Chosen by the caller; stays the same while the target wants something.
using TargetId = std::uint32_t;
using TargetIds = std::vector<TargetId>;  // sorted, each once

class WatchSet {
 public:
  /// Replaces what `target` wants. Takes effect at the next arm(), which renews the watches of all
  /// its paths.
  void want(TargetId target, const std::vector<Want>& wants);
  void forget(TargetId target);
  /// Whether it wants just these.
  bool wants(TargetId target, const std::vector<Want>& wants) const;

  /// Adds or renews watches, ancestors first, and removes those that are no longer wanted.
  void arm(Watches& watches);

  /// Whether every directory that the target wants has a watch, and its file as well unless watches
  /// ran out.
  bool watched(TargetId target) const;
  /// The targets that `event` concerns. Also notes that the kernel dropped a watch.
  TargetIds affected(const InotifyEvent& event);

  std::size_t points() const { return directories_.size() + files_.size(); }
  std::size_t watches() const { return by_wd_.size(); }
  /// Whether some path has no watch because the kernel allows no more.
  bool refused() const { return refused_ > 0; }

 private:
  struct WatchPoint {
    int wd = -1;
    int error = 0;  // why there is no watch
    bool is_file = false;
    bool stale = false;  // in stale_: has to be armed or dropped
    std::map<std::string, TargetIds, std::less<>> names;
  };
  using WatchPoints = std::map<std::string, WatchPoint, std::less<>>;
  using WatchPointEntry = WatchPoints::value_type;
  /// A Want where its two texts are kept already: there are several for each of tens of thousands
  /// of targets.
  struct Place {
    WatchPointEntry* point;
    const std::string* name;

    bool operator==(const Want& want) const {
      return point->first == want.path && *name == want.name;
    }
  };

  WatchPoints& points_of(const Want& want) {
    return want.name == kFileItself ? files_ : directories_;
  }
  void mark_stale(WatchPointEntry& point);
  void renew(WatchPointEntry& point, Watches& watches);
  void note_error(WatchPoint& point, int error);
  void attach(WatchPointEntry& point, int wd);
  void detach(WatchPointEntry& point, std::vector<int>& unwanted);

  WatchPoints directories_;
  WatchPoints files_;
  std::vector<WatchPointEntry*> stale_;
  std::unordered_map<int, std::vector<WatchPointEntry*>> by_wd_;
  std::unordered_map<TargetId, std::vector<Place>> wants_;
  std::size_t refused_ = 0;  // watch points
};

}  // namespace mtls::daemon::watch
