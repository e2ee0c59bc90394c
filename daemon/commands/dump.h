// `nginx-mtls-exporter dump`: print what was understood of the configuration, whole even when nginx
// would refuse it.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// The exit code, as docs/commands.md has it.
int dump(const settings::Options& options);

}  // namespace mtls::daemon::commands
