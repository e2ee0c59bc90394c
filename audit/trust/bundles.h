// CA files as their owners see them: members, states and problems per path, over all servers that
// use the file. Pure.
#pragma once

#include <map>
#include <string>

#include "audit/material_view.h"
#include "audit/snapshot.h"

namespace mtls::audit::trust {

/// `snapshot` with config, material and judged servers.
std::map<std::string, BundleAudit> audit_bundles(const Snapshot& snapshot,
                                                 const Evidence& evidence);

}  // namespace mtls::audit::trust
