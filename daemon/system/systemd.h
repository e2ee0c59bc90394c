// What the daemon tells systemd (sd_notify(3), Type=notify), and how often systemd wants to hear
// from it. Without NOTIFY_SOCKET in the environment every call does nothing. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::daemon::system {

/// A socket that a socket unit passed (sd_listen_fds(3)).
struct InheritedSocket {
  int fd = -1;
  std::string name;  // FileDescriptorName= of the unit, else the unit's own

  bool operator==(const InheritedSocket&) const = default;
};
/// All of them, once: later there are none. Empty: no socket unit started this process.
std::vector<InheritedSocket> inherited_sockets();

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
