// What the daemon tells systemd (sd_notify(3), Type=notify), and how often systemd wants to hear
// from it. Without NOTIFY_SOCKET in the environment every call does nothing. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mtls::daemon::system {

/// The sockets that a socket unit passed (sd_listen_fds(3)). kInvalidArgument: there are none.
base::Result<std::vector<int>> inherited_sockets();

/// `status` is the line that `systemctl status` shows.
void notify_ready(std::string_view status);
/// Must be followed by notify_ready() when the reload is done.
void notify_reloading();
void notify_status(std::string_view status);
void notify_stopping();

/// WatchdogSec= of the unit: notify_watchdog() must be called more often, usually twice as often.
/// nullopt: no watchdog.
std::optional<std::chrono::microseconds> watchdog_interval();
void notify_watchdog();

}  // namespace mtls::daemon::system
