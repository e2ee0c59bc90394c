// Makes the Policy of an evaluation from flags, settings file, running nginx and nginx binary.
// Flags win over settings, settings over the command line of a running master, and that over what
// was compiled into its binary (R1.40, R1.41). Any thread.
#pragma once

#include <optional>
#include <string>

#include "audit/policy.h"
#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/settings/options.h"
#include "daemon/settings/settings.h"
#include "running/process_view.h"

namespace mtls::daemon::settings {

/// What --config.file says, read through `disk`; the defaults without that flag.
base::Result<Settings> read_settings(const Options& options, base::FileSystem& disk);

/// Reads the settings file through `disk`, /proc and the nginx binary (which is never run) through
/// `host`. If the configuration is named, only a master that runs on it counts. Fails only because
/// of the settings file.
base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk,
                                        base::FileSystem& host);
/// Both are on this machine.
base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk);

/// What the binary of a running master says of itself, and the configuration that it reads.
/// `named`: the only configuration of interest, where one is. Of a master with another one nothing
/// is read.
running::Build build_of(const running::NginxMaster& master, const std::optional<std::string>& named,
                        base::FileSystem& disk);

/// Asked for like in ngx_init_cycle(); "" if the system does not say.
std::string host_name();

}  // namespace mtls::daemon::settings
