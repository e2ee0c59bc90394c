// THE SPINE: one evaluation, from the disk to a Snapshot, as a list of steps. Pure in its inputs:
// it asks the FileSystem it is given and is told the time.
#pragma once

#include <memory>

#include "audit/inputs.h"
#include "audit/snapshot.h"

namespace mtls::audit {

/// Never fails: what is wrong with the host is in the Snapshot. A build after changes equals a
/// build from scratch.
std::shared_ptr<const Snapshot> build(const BuildInputs& inputs);

}  // namespace mtls::audit
