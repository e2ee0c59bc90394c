// A configuration looked at away from its host: what nginx would say of files that are not there is
// turned into warnings. A missing include stays what it is: the configuration is then not known.
// Pure.
#pragma once

#include "audit/snapshot.h"

namespace mtls::audit::refusals {

/// Takes out of the judged servers what they say of CA bundles and CRLs that do not exist.
void excuse_missing_files(Snapshot& snapshot);

}  // namespace mtls::audit::refusals
