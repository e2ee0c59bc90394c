// For a configuration that is checked away from its host: refusals because of missing files become
// warnings. A missing include stays a refusal, since the configuration is then not known. Pure.
#pragma once

#include "audit/snapshot.h"

namespace mtls::audit::refusals {

/// Removes the findings about CA bundles and CRLs that do not exist from the judged servers.
void excuse_missing_files(Snapshot& snapshot);

}  // namespace mtls::audit::refusals
