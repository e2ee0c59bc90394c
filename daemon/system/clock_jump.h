// Notices that the wall clock was set, or that the host slept: each moves one clock against
// another. Pure: the readings are arguments. Knows nothing of timers.
#pragma once

#include <chrono>

namespace mtls::daemon::system {

/// The same instant on three clocks (clock_gettime(2)), in nanoseconds.
struct ClockReadings {
  std::chrono::nanoseconds realtime{};   // jumps when it is set
  std::chrono::nanoseconds boottime{};   // never jumps, counts sleep
  std::chrono::nanoseconds monotonic{};  // never jumps, stands still during sleep

  static ClockReadings now();
};

class ClockJump {
 public:
  explicit ClockJump(const ClockReadings& first) : last_(first) {}

  struct Seen {
    bool stepped = false;  // the wall clock was set
    bool resumed = false;  // the host slept
    bool operator==(const Seen&) const = default;
  };
  /// What happened since the previous readings. Slewing (adjtime(3): 0.5 ms a second) counts as
  /// neither.
  Seen next(const ClockReadings& now);

 private:
  ClockReadings last_;
};

}  // namespace mtls::daemon::system
