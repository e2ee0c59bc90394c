// What the commands that assess once have in common: an evaluation by the daemon's own engine, and
// results on stdout while messages go to stderr.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Exit codes of check and dump (docs/commands.md).
inline constexpr int kClean = 0;
inline constexpr int kFindings = 1;
inline constexpr int kRefused = 2;  // bad usage, unreadable settings, or nginx would refuse
inline constexpr int kBroken = 3;   // the system refuses what is needed

base::sys_seconds wall_clock();

std::shared_ptr<const audit::Snapshot> evaluate(const audit::Policy& policy, base::FileSystem& disk,
                                                base::sys_seconds at);

/// To stdout, whole. kUnreadable: closed, or the disk behind it is full.
base::Result<void> print(const std::string& text);

/// Log, settings, then `command` with the policy and the disk; its exit code or kRefused, kBroken.
int run_command(
    const settings::Options& options,
    const std::function<base::Result<int>(const audit::Policy&, base::FileSystem&)>& command);

}  // namespace mtls::daemon::commands
