// `nginx-mtls-exporter fix`: the edits that mend findings, as a unified diff, or written with
// --write. Each is tried before it is shown. Main thread.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Returns the exit code (docs/commands.md).
int fix(const settings::Options& options);

}  // namespace mtls::daemon::commands
