// `nginx-mtls-exporter check`: evaluates once, prints the result, exits.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Returns the exit code (docs/commands.md).
int check(const settings::Options& options);

}  // namespace mtls::daemon::commands
