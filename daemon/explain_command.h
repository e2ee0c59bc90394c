// `nginx-mtls-exporter explain`: what a finding, a verify code or a line of nginx's log means.
#pragma once

#include "daemon/options.h"

namespace mtls::daemon {

/// The exit code, as docs/commands.md has it.
int explain(const Options& options);

}  // namespace mtls::daemon
