// The worker's half of the watcher: every path and pattern to watch, what its owner saw there, what
// was seen last, and the watches on the way to it. One pass walks, arms and looks. Needs no locks:
// the loop hands it to a worker for a pass and gets it back afterwards. Knows nothing of libuv.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sighting.h"
#include "daemon/watch/directory_view.h"
#include "daemon/watch/path_walk.h"
#include "daemon/watch/watch_set.h"

namespace mtls::daemon::watch {

/// What the loop asks for; several requests merge into one pass.
struct Pass {
  std::optional<base::Sightings> replacement;  // of all targets
  std::optional<base::Sightings> updates;      // of some of them; the owner saw all others again
  std::int64_t seen_since_ns = 0;  // the replacement saw nothing older than this (real time)
  std::set<std::string> hinted;    // an event hinted at them, or they are due for another look
  std::set<std::string> complete;  // those that nobody was writing at the last event
  bool everything = false;
  bool explained = false;   // `everything` because mounts changed or events were lost
  bool lost = false;        // events were lost, perhaps also the end of a watch: renew all
  bool unreliable = false;  // look at those that cause no events

  bool empty() const {
    return !replacement && !updates && hinted.empty() && !everything && !unreliable;
  }
};

struct PassResult {
  std::set<std::string> changed;      // differ from what the owner saw; not reported before
  std::set<std::string> unexplained;  // of these, those found only because of `everything`
  std::set<std::string> unstable;     // changed during every walk
  std::set<std::string> young;        // may have changed without a new stamp: look again
  std::set<std::string> unreliable;   // all targets without watch or on silent file systems
  std::size_t watches = 0;
  bool refused = false;  // the kernel gives no watches, or too few
};

class Targets {
 public:
  struct World {
    DirectoryView& view;
    base::FileSystem& disk;
    /// After a change of a file, another one may leave the same time stamp for this long.
    std::chrono::nanoseconds settle{};
  };
  explicit Targets(const World& world) : world_(world) {}

  /// `watches`: null if there is no inotify; then the pass only looks.
  /// Empties the replacement and the updates of `pass` as soon as it knows them.
  PassResult run(Pass& pass, Watches* watches);
  std::vector<std::string> affected(const InotifyEvent& event);

 private:
  /// A Sighting without its path; tens of thousands of them are kept.
  struct Observation {
    std::optional<base::FileStamp> stamp;
    std::optional<base::ErrorCode> error;
    std::uint64_t matches = 0;  // hash

    bool operator==(const Observation&) const = default;
  };
  struct Target {
    TargetId id = 0;
    base::Sighting::Kind kind = base::Sighting::Kind::kFile;
    Observation given;
    bool saw_given = false;                          // at the last look
    std::unique_ptr<const Observation> saw_instead;  // nullptr: saw_given, or nobody looked yet
    std::unique_ptr<const Observation> reported;     // nullptr: nothing
    std::uint64_t signature = 0;
    bool unconfirmed = false;         // `given` may be older than the file
    std::int64_t young_until_ns = 0;  // real time; 0: not young
    std::int64_t settled_ns = 0;      // this ctime was reported once more after it had settled
    bool unreliable = true;

    void give(const Observation& observation);
    void see(const Observation& observation);
  };
  using TargetEntry = std::map<std::string, Target>::value_type;
  enum class Cause { kTold, kEverything };
  using Chosen = std::map<TargetEntry*, Cause>;

  static Observation observation_of(const base::Sighting& sighting);
  Chosen choose(const Pass& pass);
  void replace(const base::Sightings& seen, std::int64_t seen_since_ns, Chosen& chosen);
  void give(const std::string& path, const base::Sighting& sighting);
  static void reconsider(TargetEntry& entry, std::int64_t seen_since_ns, Chosen& chosen);
  void reconsider_restless(std::int64_t seen_since_ns, Chosen& chosen);
  void set_unreliable(TargetEntry& entry, bool is_unreliable);
  static bool is_young(const Target& target, std::int64_t seen_since_ns);
  std::vector<TargetEntry*> to_refresh(const Chosen& chosen);
  void refresh(std::vector<TargetEntry*> entries, Watches& watches, PassResult& result);
  void look(TargetEntry& entry, Cause cause, const Pass& pass, PassResult& result);
  bool may_hide_a_change(TargetEntry& entry, const Pass& pass, PassResult& result) const;

  World world_;
  std::map<std::string, Target> targets_;
  std::unordered_map<TargetId, TargetEntry*> by_id_;
  TargetId next_id_ = 0;
  std::set<std::string> unreliable_;
  // Given or looked at since they were last reconsidered, or not settled then: of all others the
  // owner knows what there is, and saw it long enough after it was stamped.
  std::set<TargetEntry*> restless_;
  std::int64_t seen_since_ns_ = 0;  // at the last reconsidering
  WatchSet watch_set_;
};

}  // namespace mtls::daemon::watch
