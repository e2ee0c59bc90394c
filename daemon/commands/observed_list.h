// `nginx-mtls-exporter clients`: lists the clients that the observer keeps, or erases them. Main
// thread.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Returns the exit code (docs/commands.md).
int list_clients(const settings::Options& options);

}  // namespace mtls::daemon::commands
