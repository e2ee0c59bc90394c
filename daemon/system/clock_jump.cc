#include "daemon/system/clock_jump.h"

#include <ctime>
#include <utility>

namespace mtls::daemon::system {
namespace {

using std::chrono::nanoseconds;

// More than slewing and the time between two readings can explain, and less than a second, which
// could matter.
constexpr nanoseconds kTolerance = std::chrono::milliseconds(500);

nanoseconds read(clockid_t clock) {
  timespec at{};
  ::clock_gettime(clock, &at);
  return std::chrono::seconds(at.tv_sec) + nanoseconds(at.tv_nsec);
}

bool moved(nanoseconds before, nanoseconds after) {
  return std::chrono::abs(after - before) > kTolerance;
}

}  // namespace

ClockReadings ClockReadings::now() {
  return {.realtime = read(CLOCK_REALTIME),
          .boottime = read(CLOCK_BOOTTIME),
          .monotonic = read(CLOCK_MONOTONIC)};
}

ClockJump::Seen ClockJump::next(const ClockReadings& now) {
  const ClockReadings before = std::exchange(last_, now);
  return {.stepped = moved(before.realtime - before.boottime, now.realtime - now.boottime),
          .resumed = moved(before.boottime - before.monotonic, now.boottime - now.monotonic)};
}

}  // namespace mtls::daemon::system
