// `check --against DIR|DUMP`: the evaluation that this one is compared with. Main thread.
#pragma once

#include <memory>

#include "daemon/commands/command.h"
#include "daemon/inputs/inputs.h"
#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// The inputs of the other side. DIR stands in for the root directory if it has the main file of
/// `now` at its path, else for the directory of that file. A dump comes with the files of `now`.
/// `policy`: what is asked of `now`; its main file becomes that of the other side.
/// kInvalidArgument: neither a directory nor a dump, or one without the configuration.
base::Result<std::unique_ptr<inputs::Inputs>> open_baseline(const settings::Options& options,
                                                            inputs::Inputs& now,
                                                            audit::Policy& policy);

}  // namespace mtls::daemon::commands
