// CA files as their owners see them: members, states and problems per path, over all servers that
// use the file. Pure.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "audit/snapshot.h"

namespace mtls::audit::trust {

/// By path. `snapshot` needs its configuration, its material and its judged servers. What stands
/// unchanged is taken over from `previous`; nullptr, or the time was set back: nothing is.
std::map<std::string, std::shared_ptr<const BundleAudit>> audit_bundles(const Snapshot& snapshot,
                                                                        const Snapshot* previous);

}  // namespace mtls::audit::trust
