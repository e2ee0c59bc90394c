// The clients that the observer keeps, as commands read them. Main thread.
#pragma once

#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/inputs/inputs.h"
#include "daemon/observed/client_store.h"
#include "daemon/settings/options.h"
#include "reports/comparison.h"

namespace mtls::daemon::commands {

/// The file that --state names, otherwise the settings, otherwise the usual one. kInvalidArgument:
/// there is none, or it is damaged.
base::Result<observed::ClientStore> open_observed(const settings::Options& options,
                                                  base::FileSystem& disk);

/// Each client that came to a server block which both evaluations have and which asks in both:
/// where the answers differ, it is added.
void add_observed(const std::vector<running::ObservedClient>& clients,
                  const reports::Assessment& before, const reports::Assessment& now,
                  reports::Comparison& comparison);

}  // namespace mtls::daemon::commands
