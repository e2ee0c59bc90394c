// The daemon assembled: event loop, watcher, updater, web server, signals, systemd. Runs on the
// main thread until SIGTERM or SIGINT. Decides nothing about certificates.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::app {

/// Returns the exit code: 0 after SIGTERM or SIGINT, 2 for invalid settings or addresses, 3 when
/// the system refuses something that the daemon needs.
int serve(const settings::Options& options);

}  // namespace mtls::daemon::app
