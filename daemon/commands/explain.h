// `nginx-mtls-exporter explain`: says what a finding, a verify code or a line of nginx's log means.
// Reads neither settings nor configuration. Main thread.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Returns the exit code (docs/commands.md).
int explain(const settings::Options& options);

}  // namespace mtls::daemon::commands
