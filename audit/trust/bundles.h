// CA files as their owners see them: members, states and problems per path, over all servers that
// use the file. Pure.
#pragma once

#include <map>
#include <string>

#include "audit/material_view.h"
#include "audit/snapshot.h"

namespace mtls::audit::trust {

/// By path. `snapshot` needs its configuration, its material and its judged servers.
std::map<std::string, BundleAudit> audit_bundles(const Snapshot& snapshot,
                                                 const Evidence& evidence);

}  // namespace mtls::audit::trust
