// What the commands have in common: one evaluation by the same engine as the daemon's, results on
// stdout, messages on stderr. Main thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/inputs/inputs.h"
#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Exit codes of check and dump (docs/commands.md).
inline constexpr int kClean = 0;
inline constexpr int kFindings = 1;
inline constexpr int kRefused =
    2;  // bad usage, invalid settings, or nginx would refuse the configuration
inline constexpr int kBroken = 3;  // the system refuses something that is needed

base::sys_seconds wall_clock();

std::shared_ptr<const audit::Snapshot> evaluate(const audit::Policy& policy, base::FileSystem& disk,
                                                base::sys_seconds at);

/// Writes the whole text to stdout. kUnreadable: stdout is closed, or the disk behind it is full.
base::Result<void> print(const std::string& text);

/// The dump that `flag` names has everything that was read. kInvalidArgument: it is not whole.
base::Result<void> check_whole(const inputs::Inputs& inputs, const audit::Snapshot& snapshot,
                               const std::string& flag);

using CommandBody = std::function<base::Result<int>(const audit::Policy&, inputs::Inputs&)>;

/// Sets up the log, opens the inputs, reads the settings and calls `command` with the policy and
/// what there is to read. Returns its exit code, kRefused or kBroken.
int run_command(const settings::Options& options, const CommandBody& command);

/// The same for a command that reads no configuration: `command` gets this machine's files.
int run_alone(const settings::Options& options,
              const std::function<base::Result<int>(base::FileSystem& disk)>& command);

}  // namespace mtls::daemon::commands
