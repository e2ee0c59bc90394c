// The reading steps of an evaluation: configuration, canaries, material. Taken over from the
// previous Snapshot where the plan allows. Pure in what the FileSystem answers.
#pragma once

#include <memory>
#include <vector>

#include "audit/inputs.h"
#include "audit/plan.h"

namespace mtls::audit::reading {

std::shared_ptr<const ConfigView> read_config(const BuildInputs& inputs, const Plan& next);

struct CanaryList {
  std::vector<Canary> canaries;
  base::Sightings patterns;  // that were looked at
};
CanaryList list_canaries(const BuildInputs& inputs, const Plan& next);

/// Every static file of `snapshot`'s contexts, canaries and declared rotations, keys excepted:
/// those are never opened.
MaterialSet load_material(const BuildInputs& inputs, const Plan& next, const Snapshot& snapshot);

}  // namespace mtls::audit::reading
