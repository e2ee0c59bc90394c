// What one evaluation starts from: the settings, the disk, the time, and what changed since the
// Snapshot before. Plain values.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "base/filesystem.h"
#include "base/time.h"

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

struct BuildInputs {
  const Policy& policy;
  base::FileSystem& disk;
  base::sys_seconds now;
  std::shared_ptr<const Snapshot> previous;  // nullptr: the first one
  Changes changes;
};

}  // namespace mtls::audit
