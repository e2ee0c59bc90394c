// The daemon put together: loop, watcher, updater, web, signals, systemd. Runs until SIGTERM or
// SIGINT.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::app {

/// Exit code: 0 after SIGTERM, 2 when settings or addresses are no good, 3 when the system refuses
/// what is needed.
int serve(const settings::Options& options);

}  // namespace mtls::daemon::app
