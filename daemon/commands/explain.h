// `nginx-mtls-exporter explain`: what a finding, a verify code or a line of nginx's log means.
#pragma once

#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// The exit code, as docs/commands.md has it.
int explain(const settings::Options& options);

}  // namespace mtls::daemon::commands
