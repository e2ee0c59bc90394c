// What the daemon does before its loop runs. Sets state of the whole process.
#pragma once

#include <memory>
#include <string>

#include "base/filesystem.h"
#include "base/result.h"
#include "daemon/web/auth/live_web_config.h"

namespace mtls::daemon::app {

/// `how`: SIG_BLOCK or SIG_UNBLOCK. A SIGHUP that arrives before its handler is installed would end
/// the process. Blocked until then, it becomes a reload. Threads started meanwhile keep it blocked,
/// so that the loop's thread gets it.
void hold_hangups(int how);

/// Nothing needs saving before the first evaluation, so a start that waits for a disk can end at
/// once.
void end_at_once_on_terminate();

/// A library that aborts during the start is reported in the log's own format.
void prepare_last_words();

/// nullptr: there is no web configuration. The start waits for `disk`; scrapes use `web_disk`,
/// which does not wait.
base::Result<std::unique_ptr<web::auth::LiveWebConfig>> open_web_config(const std::string& path,
                                                                        base::FileSystem& disk,
                                                                        base::FileSystem& web_disk);

}  // namespace mtls::daemon::app
