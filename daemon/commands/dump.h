// `nginx-mtls-exporter dump`: prints what the exporter understood of the configuration, in full
// even if nginx would refuse it. Main thread.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Returns the exit code (docs/commands.md).
int dump(const settings::Options& options);

}  // namespace mtls::daemon::commands
