// From flags, settings file, running nginx and nginx binary to the Policy of an evaluation; flags
// win over settings, settings over the command line of a running master, that over what was
// compiled into its binary (R1.40, R1.41).
#pragma once

#include "audit/policy.h"
#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/settings/options.h"

namespace mtls::daemon::settings {

/// Reads the settings file, /proc and the nginx binary (never run) through `disk`. With the
/// configuration named, only a master that runs on it counts. Fails only for the settings file.
base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk);

}  // namespace mtls::daemon::settings
