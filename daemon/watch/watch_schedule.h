// What the watcher looks at next, and when: takes events, due times and requests, hands out one
// Pass at a time, and turns its result into a report to the owner. Pure: every time is an argument.
// Loop thread only; knows nothing of libuv and the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/watch/debounce.h"
#include "daemon/watch/targets.h"
#include "daemon/watch/watcher.h"

namespace mtls::daemon::watch {

class WatchSchedule {
 public:
  using Time = Debounce::Time;  // of the loop's clock

  struct Options {
    std::chrono::milliseconds settle{};
    std::int64_t realtime_ns = 0;  // now
  };
  explicit WatchSchedule(const Options& options);

  /// Replaces what is watched by what the owner saw.
  void replace(base::Sightings seen, std::int64_t realtime_ns);
  /// The owner looked again: it saw these anew, and everything else as before. Of paths that are
  /// watched.
  void update(base::Sightings seen, std::int64_t realtime_ns);
  void look_at_everything() { next_.everything = true; }
  void look_at_unreliable() { next_.unreliable = true; }
  /// Mounts changed, so any path may lead elsewhere.
  void everything_may_differ(Time now);

  /// Takes events that were read; at any time.
  void take_in(std::vector<InotifyEvent> events);
  /// Turns these events into hints; only while no pass has the targets.
  void interpret(Targets& targets, Time now);

  /// When the next look is due, unless a request comes before.
  std::optional<Time> next_due() const { return debounce_.next(); }
  void come_due(Time now);

  bool nothing_to_do() const { return next_.empty(); }
  /// Hands over the next pass.
  Pass begin();
  /// What to report to the owner; no paths: nothing. Events read meanwhile must be interpreted
  /// first.
  FileChanges finish(const Pass& pass, PassResult result, Time now);
  /// The report is about to be delivered.
  void reported(std::int64_t realtime_ns);

  const WatchCounts& counts() const { return counts_; }

 private:
  std::uint64_t missed(const PassResult& result) const;
  void seen_until(std::int64_t realtime_ns);

  std::chrono::milliseconds settle_;
  Pass next_;
  std::vector<InotifyEvent> raw_;  // not yet interpreted
  Debounce debounce_;
  bool lost_events_ = false;
  Time full_pass_at_{};
  WatchCounts counts_;

  // replace() gets what was seen after this time: after the first report since the previous
  // replace(), or after that call itself.
  std::int64_t seen_since_ns_ = 0;
  bool reported_since_ = false;
};

}  // namespace mtls::daemon::watch
