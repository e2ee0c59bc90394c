// Which version of each file the running nginx has loaded: remembered from one evaluation to the
// next, and told from the times of the files where nobody was watching (R5.1, R5.8, R5.10). What
// is not certain is not known. Pure in what the disk answers.
#pragma once

#include <memory>

#include "audit/inputs.h"
#include "audit/loaded.h"
#include "audit/snapshot.h"

namespace mtls::audit::loaded {

/// `snapshot`: with policy, processes, configuration, material and side files. nullptr: no nginx
/// runs on this configuration, or nothing is known of it. The server blocks are left to others.
std::shared_ptr<const Loaded> follow(const BuildInputs& inputs, const Snapshot& snapshot);

}  // namespace mtls::audit::loaded
