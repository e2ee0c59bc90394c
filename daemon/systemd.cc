#include "daemon/systemd.h"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <ctime>
#include <string>

#include "base/text.h"

namespace mtls::daemon {
namespace {

// A service manager that does not listen is nothing the daemon could do anything about.
void notify(const std::string& state) { ::sd_notify(0, state.c_str()); }

// A line end in the text would start another assignment.
std::string status_line(std::string_view status) { return "STATUS=" + base::sanitize(status, 512); }

std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000U;
}

}  // namespace

void notify_ready(std::string_view status) { notify("READY=1\n" + status_line(status)); }

// systemd 253 and later take RELOADING=1 (Type=notify-reload) only with the time of it.
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

}  // namespace mtls::daemon
