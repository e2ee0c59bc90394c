// What is wanted where -> inotify watches, and back from an event to those who want it. Several
// targets share a directory, several paths one inode and so one watch descriptor. Knows places and
// names, not what the targets are. No locks: whoever holds it is alone with it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/watch/directory_view.h"
#include "daemon/watch/walk.h"

namespace mtls::daemon::watch {

/// Chosen by the caller, stable while it wants something.
using TargetId = std::uint32_t;
using TargetIds = std::vector<TargetId>;  // sorted, each once

class WatchSet {
 public:
  /// Replaces what `target` wants; takes effect at the next arm(), which renews the watch of each
  /// of its places.
  void want(TargetId target, const std::vector<Want>& wants);
  void forget(TargetId target);

  /// Adds or renews watches, ancestors first, and removes those nobody wants any more.
  void arm(Watches& watches);

  /// Every directory the target wants has a watch, and so has its file unless the watches ran out.
  bool watched(TargetId target) const;
  /// Whom `event` concerns. Also notes a watch that the kernel dropped.
  TargetIds affected(const InotifyEvent& event);

  std::size_t places() const { return directories_.size() + files_.size(); }
  std::size_t watches() const { return by_wd_.size(); }
  /// Some place has no watch because the kernel allows no more.
  bool refused() const { return refused_ > 0; }

 private:
  struct WatchPoint {
    int wd = -1;
    int error = 0;  // why there is no watch
    bool is_file = false;
    bool stale = false;  // in stale_: to be armed or dropped
    std::map<std::string, TargetIds, std::less<>> names;
  };
  using WatchPoints = std::map<std::string, WatchPoint, std::less<>>;
  using WatchPointEntry = WatchPoints::value_type;

  WatchPoints& places_of(const Want& want) {
    return want.name == kFileItself ? files_ : directories_;
  }
  void mark_stale(WatchPointEntry& place);
  void renew(WatchPointEntry& place, Watches& watches);
  void note_error(WatchPoint& place, int error);
  void attach(WatchPointEntry& place, int wd);
  void detach(WatchPointEntry& place, std::vector<int>& unwanted);

  WatchPoints directories_;
  WatchPoints files_;
  std::vector<WatchPointEntry*> stale_;
  std::unordered_map<int, std::vector<WatchPointEntry*>> by_wd_;
  std::unordered_map<TargetId, std::vector<Want>> wants_;
  std::size_t refused_ = 0;  // places
};

}  // namespace mtls::daemon::watch
