// The worker's half of the watcher: every path and pattern to watch, what its owner saw there, what
// was seen last, and the watches on the way to it. One pass walks, arms and looks. No locks: the
// loop hands it to a worker for a pass and has it back afterwards. Sees the world through its seams
// only, knows nothing of libuv.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sighting.h"
#include "daemon/watch/directory_view.h"
#include "daemon/watch/walk.h"
#include "daemon/watch/watch_set.h"

namespace mtls::daemon::watch {

/// What the loop asks for; several requests merge into one pass.
struct Pass {
  std::optional<base::Sightings> replacement;  // of all targets
  std::int64_t seen_since_ns = 0;  // the replacement saw nothing older than this (real time)
  std::set<std::string> hinted;    // an event told of them, or they are due for another look
  std::set<std::string> complete;  // of these, the last event said that nobody is writing it
  bool everything = false;
  bool explained = false;  // why everything: mounts changed or events were lost
  bool lost = false;  // events were lost, perhaps also that a watch has ended: renew every watch
  bool unreliable = false;  // those no event tells of

  bool empty() const { return !replacement && hinted.empty() && !everything && !unreliable; }
};

struct PassResult {
  std::set<std::string> changed;  // differ from what the owner saw, and that was not reported yet
  std::set<std::string> unexplained;  // of these, only `everything` led to them
  std::set<std::string> unstable;     // moved under every walk
  std::set<std::string> young;        // may have changed without a new stamp: look again
  std::set<std::string>
      unreliable;  // all targets without watch or on file systems that do not tell
  std::size_t watches = 0;
  bool refused = false;  // the kernel gives no watches, or not as many as wanted
};

class Targets {
 public:
  struct World {
    DirectoryView& ground;
    base::FileSystem& disk;
    /// How long after it a change of a file may be followed by another with the same time stamp.
    std::chrono::nanoseconds settle{};
  };
  explicit Targets(const World& world) : world_(world) {}

  /// Without watches (null) it looks only.
  PassResult run(const Pass& pass, Watches* watches);
  std::vector<std::string> affected(const InotifyEvent& event);

 private:
  /// A Sighting without its path: tens of thousands are kept.
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
    std::optional<Observation> last;
    std::optional<Observation> reported;
    std::uint64_t signature = 0;
    bool unconfirmed = false;         // `given` may be older than what is there
    std::int64_t young_until_ns = 0;  // real time; 0: not young
    std::int64_t settled_ns = 0;      // the ctime that was reported once more when it had settled
    bool unreliable = true;
  };
  using TargetEntry = std::map<std::string, Target>::value_type;
  enum class Cause { kTold, kEverything };
  using Chosen = std::map<TargetEntry*, Cause>;

  static Observation observation_of(const base::Sighting& sighting);
  Chosen choose(const Pass& pass);
  void replace(const base::Sightings& seen, std::int64_t seen_since_ns, Chosen& chosen);
  static bool is_young(const Target& target, std::int64_t seen_since_ns);
  std::vector<TargetEntry*> to_refresh(const Chosen& chosen);
  std::vector<PathWalk> walk(const std::vector<TargetEntry*>& entries) const;
  void refresh(std::vector<TargetEntry*> entries, Watches& watches, PassResult& result);
  void look(TargetEntry& entry, Cause cause, const Pass& pass, PassResult& result);
  bool may_hide_a_change(TargetEntry& entry, const Pass& pass, PassResult& result) const;

  World world_;
  std::map<std::string, Target> targets_;
  std::unordered_map<TargetId, TargetEntry*> by_id_;
  TargetId next_id_ = 0;
  WatchSet watch_set_;
};

}  // namespace mtls::daemon::watch
