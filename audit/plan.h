// Which parts of an evaluation must run again after a change; the rest is taken over from the
// previous Snapshot. Pure.
#pragma once

#include <set>
#include <string>

#include "audit/snapshot.h"

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

struct Plan {
  bool read_config = false;
  bool list_canaries = false;
  bool reload_all = false;       // every material file is read again
  std::set<std::string> reload;  // these are
  std::set<std::string> settled;
  std::set<std::string> whole = {};  // who is shorter than it was is to be judged so at once
  bool judge_all = false;            // else only servers whose configuration or material changed
};

/// `previous` nullptr: the first evaluation, everything runs.
Plan plan(const Changes& changes, const Snapshot* previous);

}  // namespace mtls::audit
