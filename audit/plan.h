// Which parts of an evaluation must run again after a change; the rest is taken over from the
// previous Snapshot. Pure.
#pragma once

#include <set>
#include <string>

#include "audit/inputs.h"
#include "audit/snapshot.h"

namespace mtls::audit {

struct Plan {
  bool read_config = false;
  bool list_canaries = false;
  bool read_package = false;
  bool reload_all = false;       // every material file is read again
  std::set<std::string> reload;  // these are
  std::set<std::string> settled;
  std::set<std::string> whole = {};  // who is shorter than it was is to be judged so at once
  bool judge_all = false;            // else only servers whose configuration or material changed
};

/// `previous` nullptr: the first evaluation, everything runs.
Plan plan(const Changes& changes, const Snapshot* previous);

}  // namespace mtls::audit
