// What systemd is told about the daemon (sd_notify(3), Type=notify) and how often it wants to hear
// from it. Without NOTIFY_SOCKET in the environment every call does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mtls::daemon::system {

/// Descriptors that the socket unit passed (sd_listen_fds(3)); kInvalidArgument: there are none.
base::Result<std::vector<int>> inherited_sockets();

/// `status` is the line that `systemctl status` shows.
void notify_ready(std::string_view status);
/// To be followed by notify_ready when the reload is done.
void notify_reloading();
void notify_status(std::string_view status);
void notify_stopping();

/// WatchdogSec of the unit: notify_watchdog has to come more often, usually twice. nullopt: nobody
/// watches.
std::optional<std::chrono::microseconds> watchdog_interval();
void notify_watchdog();

}  // namespace mtls::daemon::system
