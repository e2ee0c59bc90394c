// What is to be looked at next, and when: events, appointments and requests in, one Pass at a time
// out, and what its result means for the owner. Pure: every time is an argument. Lives on the loop
// thread; knows nothing of libuv and of the disk.
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

  /// What the owner saw; from now on that is watched.
  void replace(base::Sightings seen, std::int64_t realtime_ns);
  void look_at_everything() { next_.everything = true; }
  void look_at_unreliable() { next_.unreliable = true; }
  /// Something hid or uncovered who knows what: mounts changed.
  void everything_may_differ(Time now);

  /// Events that were read; at any time.
  void take_in(std::vector<InotifyEvent> events);
  /// What they mean; while no pass has the targets.
  void interpret(Targets& targets, Time now);

  /// When there is something to do, unless a request comes before.
  std::optional<Time> next_due() const { return debounce_.next(); }
  void come_due(Time now);

  bool nothing_to_do() const { return next_.empty(); }
  /// Hands over what is to be done.
  Pass begin();
  /// What the owner should hear; no paths: nothing. Events read meanwhile must be interpreted.
  FileChanges finish(const Pass& pass, PassResult result, Time now);
  /// The owner is about to hear.
  void reported(std::int64_t realtime_ns);

  const WatchCounts& counts() const { return counts_; }

 private:
  std::uint64_t missed(const PassResult& result) const;

  std::chrono::milliseconds settle_;
  Pass next_;
  std::vector<InotifyEvent> raw_;  // not yet interpreted
  Debounce debounce_;
  bool lost_events_ = false;
  Time full_pass_at_{};
  WatchCounts counts_;

  // What replace() is given was seen after this: the first report since the previous replace(), or
  // that itself.
  std::int64_t seen_since_ns_ = 0;
  bool reported_since_ = false;
};

}  // namespace mtls::daemon::watch
