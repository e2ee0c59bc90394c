// The edits that mend a host: tried one after the other in memory, and kept if the finding is gone,
// no other comes, and nginx would take the result. Asks the file system that it is given.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/finding.h"
#include "audit/policy.h"
#include "audit/snapshot.h"
#include "base/time.h"
#include "daemon/inputs/edited_files.h"
#include "reports/comparison.h"

namespace mtls::daemon::commands {

struct MendingOptions {
  std::string rule;    // the id of the only rule to mend; "": all
  std::string server;  // a glob over the first server_name; "": all, and the whole host
  std::function<void(const std::string& step)> tell = nullptr;  // what is tried now
};

struct Mending {
  std::vector<reports::Issue> mended;  // in the order of the edits
  std::vector<reports::Issue> left;    // a rule names an edit for them, and none helped
  reports::Comparison comparison;      // of the host as it is and as it would be
};

/// Leaves the new texts in `files`. REQUIRES: nginx would accept the host as it is.
Mending mend(const audit::Policy& policy, inputs::EditedFiles& files, base::sys_seconds at,
             const MendingOptions& options);

}  // namespace mtls::daemon::commands
