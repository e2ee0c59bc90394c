// The error logs of a configuration: which files nginx writes, and in which of them it tells whom
// it refuses; of these the ones that the settings let be read. Pure.
#pragma once

#include "audit/snapshot.h"
#include "running/verify_counts.h"

namespace mtls::audit::logs {

/// Of the configuration that the running nginx has loaded, else of that on the disk. Its `logs` has
/// the files of both: a new one is known before nginx opens it.
running::VerifyPlan verify_plan(const Snapshot& snapshot);

}  // namespace mtls::audit::logs
