// `nginx-mtls-exporter check`: assess once, print, leave with what was found.
#pragma once

#include "daemon/options.h"

namespace mtls::daemon {

/// The exit code, as docs/commands.md has it.
int check(const Options& options);

}  // namespace mtls::daemon
