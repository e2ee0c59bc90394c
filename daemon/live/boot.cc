#include "daemon/live/boot.h"

#include <ctime>
#include <fstream>

namespace mtls::daemon::live {
namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
// Two clocks are read one after the other, and one of them is adjusted all the time.
constexpr std::int64_t kTolerance = 10;

std::int64_t seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec;
}

}  // namespace

Boot this_boot() {
  Boot boot{.second = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME)};
  std::ifstream file(kBootId);
  std::getline(file, boot.id);
  return boot;
}

bool is_same_boot(const Boot& one, const Boot& other) {
  if (!one.id.empty() && !other.id.empty()) return one.id == other.id;
  const std::int64_t apart = one.second - other.second;
  return apart <= kTolerance && apart >= -kTolerance;
}

}  // namespace mtls::daemon::live
