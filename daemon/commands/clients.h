// The clients that the command line of `check` names, as canaries without an expectation. Main
// thread.
#pragma once

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "base/result.h"
#include "daemon/inputs/client_files.h"
#include "daemon/inputs/inputs.h"
#include "daemon/settings/options.h"

namespace mtls::daemon::commands {

/// Adds those of --client-cert and --clients to the policy. `listed` has the files of the latter
/// from then on. kInvalidArgument: a pattern matches no file, a file has no client, or a canary of
/// the settings has the name of one.
base::Result<void> add_clients(const settings::CheckOptions& options, inputs::Inputs& inputs,
                               inputs::ClientFiles& listed, audit::Policy& policy);

/// kInvalidArgument: the file of a client on the command line holds no readable certificate.
base::Result<void> check_clients(const settings::CheckOptions& options,
                                 const audit::Snapshot& snapshot);

}  // namespace mtls::daemon::commands
