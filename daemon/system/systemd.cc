#include "daemon/system/systemd.h"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/text.h"

namespace mtls::daemon::system {
namespace {

// If the service manager does not listen, the daemon cannot do anything about it.
void notify(const std::string& state) { ::sd_notify(0, state.c_str()); }

// A line end in the text would begin another assignment.
std::string status_line(std::string_view status) { return "STATUS=" + base::sanitize(status, 512); }

std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000U;
}

}  // namespace

// Removes the variables from the environment, so that no program started from here takes the
// sockets for its own.
std::vector<InheritedSocket> inherited_sockets() {
  constexpr int kUnsetEnvironment = 1;
  char** names = nullptr;
  const int count = ::sd_listen_fds_with_names(kUnsetEnvironment, &names);
  std::vector<InheritedSocket> sockets;
  for (int i = 0; i < count; ++i) {
    sockets.push_back({.fd = SD_LISTEN_FDS_START + i, .name = names[i]});
    std::free(names[i]);
  }
  std::free(names);
  return sockets;
}

void notify_ready(std::string_view status) { notify("READY=1\n" + status_line(status)); }

// systemd 253 and later accept RELOADING=1 (Type=notify-reload) only together with its time.
void notify_reloading() {
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()));
}

void notify_status(std::string_view status) { notify(status_line(status)); }

void notify_stopping() { notify("STOPPING=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

void notify_watchdog() { notify("WATCHDOG=1"); }

}  // namespace mtls::daemon::system
