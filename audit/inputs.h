// What one evaluation starts from: the settings, the disk, the time, and what changed since the
// Snapshot before. Plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "audit/policy.h"
#include "audit/remembered.h"
#include "audit/snapshot.h"
#include "base/filesystem.h"
#include "base/time.h"
#include "running/process_view.h"

namespace mtls::audit {

struct Changes {
  std::set<std::string> paths;  // files and patterns that differ from what the last Snapshot saw
  std::set<std::string> complete = {};  // of these, nobody is writing any more
  std::set<std::string>
      settled;  // files that stayed unparsable: no longer keep their last good content
  std::set<std::string> rested = {};  // files that stayed as short as they had become
  bool everything = false;  // start, SIGHUP, overflow: look at all, stamps and hashes decide
  bool horizon = false;     // an instant passed at which some verdict changes, or the clock was set
};

/// Since when a path has led to what it leads to. Nanoseconds since 1970.
struct PathTimes {
  std::int64_t changed_ns = 0;  // the last change of the target and of each link on the way
  std::int64_t moved_ns = 0;    // a directory on the way may have been renamed then; 0: none

  std::int64_t latest() const { return changed_ns > moved_ns ? changed_ns : moved_ns; }
};

struct BuildInputs {
  const Policy& policy;
  base::FileSystem& disk;
  base::sys_seconds now;
  std::shared_ptr<const Snapshot> previous;  // nullptr: the first one
  Changes changes;
  std::shared_ptr<const running::ProcessView> processes = nullptr;  // nullptr: nobody looked
  std::shared_ptr<const ProbeAnswers> probe_answers = nullptr;      // nullptr: nobody asked nginx
  std::shared_ptr<const ObservedTruth> observed_truth =
      nullptr;  // nullptr: nobody observes clients
  /// nullopt: it leads nowhere. Empty: nobody can tell.
  std::function<std::optional<PathTimes>(const std::string& path)> changed_at = {};
  std::shared_ptr<const Remembered> remembered = nullptr;  // nullptr: nothing is
};

}  // namespace mtls::audit
