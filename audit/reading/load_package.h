// The reading step about the package that nginx comes from. Pure in what the FileSystem answers.
#pragma once

#include <optional>

#include "audit/inputs.h"
#include "audit/plan.h"
#include "config/release/package.h"

namespace mtls::audit::reading {

struct PackageView {
  std::optional<config::release::Package> package;
  base::Sightings seen;
};

/// Reads the package's changelog beside the binary, or dpkg's status where there is none. Nothing
/// is read where the release decides alone. nullopt when the binary is no distribution's, when what
/// runs is no longer the file at its path, or when the package holds another release.
PackageView load_package(const BuildInputs& inputs, const Plan& next);

}  // namespace mtls::audit::reading
