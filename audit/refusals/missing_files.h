// A configuration looked at away from its host: what nginx would say of files that are not there is
// excused. Pure.
#pragma once

#include "audit/snapshot.h"

namespace mtls::audit::refusals {

/// Refusals of certificates, keys, CRLs and the like because of a file that does not exist move to
/// Snapshot::excused, and the servers' findings of such files go. A missing include stays what it
/// is: the configuration is then not known.
void excuse_missing_files(Snapshot& snapshot);

}  // namespace mtls::audit::refusals
