// From flags, settings file and nginx binary to the Policy of an evaluation; flags win over
// settings, settings over the binary.
#pragma once

#include "audit/policy.h"
#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/options.h"

namespace mtls::daemon {

/// Reads the settings file and the nginx binary (never run) through `disk`. Fails only for the
/// settings file.
base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk);

}  // namespace mtls::daemon
