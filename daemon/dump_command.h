// `nginx-mtls-exporter dump`: print what was understood of the configuration, whole even when nginx
// would refuse it.
#pragma once

#include "daemon/options.h"

namespace mtls::daemon {

/// The exit code, as docs/commands.md has it.
int dump(const Options& options);

}  // namespace mtls::daemon
