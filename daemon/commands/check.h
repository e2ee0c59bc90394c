// `nginx-mtls-exporter check`: assess once, print, leave with what was found.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// The exit code, as docs/commands.md has it.
int check(const settings::Options& options);

}  // namespace mtls::daemon::commands
