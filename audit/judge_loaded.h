// What the running nginx says to clients, with the files that it has loaded.
// Pure in what the disk answers.
#pragma once

#include <memory>

#include "audit/inputs.h"
#include "audit/loaded.h"
#include "audit/plan.h"
#include "audit/snapshot.h"

namespace mtls::audit {

/// `snapshot`: judged. nullptr: nothing is known of a running nginx.
std::shared_ptr<const Loaded> judge_loaded(const BuildInputs& inputs, const Plan& next,
                                           const Snapshot& snapshot);

}  // namespace mtls::audit
