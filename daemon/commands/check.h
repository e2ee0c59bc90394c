// `nginx-mtls-exporter check`: evaluates once, prints the result, exits. Writes nothing and runs no
// nginx; the judgement is that of audit. Main thread.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Returns the exit code (docs/commands.md).
int check(const settings::Options& options);

}  // namespace mtls::daemon::commands
