#include "daemon/watch/watch_schedule.h"

#include <sys/inotify.h>

#include <algorithm>
#include <utility>

namespace mtls::daemon::watch {
namespace {

using namespace std::chrono_literals;

constexpr WatchSchedule::Time kSoon = 5ms;
constexpr WatchSchedule::Time kUnstableRetry = 100ms;
// The least time between full passes, however often mounts change or events overflow.
constexpr WatchSchedule::Time kBetweenFullPasses = 500ms;
constexpr std::size_t kMaxRawEvents = 65'536;  // while a pass runs; further events count as lost

constexpr char kEverything[] = "";  // a debounce key that is not a path

}  // namespace

WatchSchedule::WatchSchedule(const Options& options)
    : settle_(options.settle),
      seen_since_ns_(options.realtime_ns - std::chrono::nanoseconds(options.settle).count()) {}

void WatchSchedule::replace(base::Sightings seen, std::int64_t realtime_ns) {
  seen_until(realtime_ns);
  next_.replacement = std::move(seen);
  next_.updates.reset();
}

void WatchSchedule::update(base::Sightings seen, std::int64_t realtime_ns) {
  seen_until(realtime_ns);
  if (!next_.replacement && !next_.updates) next_.updates.emplace();
  base::Sightings& known = next_.replacement ? *next_.replacement : *next_.updates;
  for (auto& [path, sighting] : seen) known.insert_or_assign(path, std::move(sighting));
}

void WatchSchedule::seen_until(std::int64_t realtime_ns) {
  const bool waits = next_.replacement || next_.updates;
  next_.seen_since_ns = waits ? std::min(next_.seen_since_ns, seen_since_ns_) : seen_since_ns_;
  seen_since_ns_ = realtime_ns;
  reported_since_ = false;
}

void WatchSchedule::everything_may_differ(Time now) {
  debounce_.by(kEverything, std::max(now + kSoon, full_pass_at_ + kBetweenFullPasses));
}

void WatchSchedule::take_in(std::vector<InotifyEvent> events) {
  counts_.events += events.size();
  for (InotifyEvent& event : events) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      ++counts_.overflows;
      lost_events_ = true;
    } else if (raw_.size() < kMaxRawEvents) {
      raw_.push_back(std::move(event));
    } else {
      lost_events_ = true;
    }
  }
}

void WatchSchedule::interpret(Targets& targets, Time now) {
  for (const InotifyEvent& event : raw_) {
    for (const std::string& path : targets.affected(event)) {
      if ((event.mask & ~IN_MODIFY) != 0) {
        debounce_.prompt(path, now);
      } else {
        debounce_.writing(path, now);
      }
    }
  }
  raw_.clear();
  if (lost_events_) everything_may_differ(now);
}

void WatchSchedule::come_due(Time now) {
  for (const auto& [path, ending] : debounce_.take(now)) {
    next_.hinted.insert(path);
    if (ending == Debounce::Ending::kComplete) {
      next_.complete.insert(path);
    } else {
      next_.complete.erase(path);
    }
  }
  if (next_.hinted.erase(kEverything) != 0) next_.everything = next_.explained = true;
}

Pass WatchSchedule::begin() {
  Pass pass = std::exchange(next_, Pass{});
  pass.lost = pass.everything && std::exchange(lost_events_, false);
  return pass;
}

FileChanges WatchSchedule::finish(const Pass& pass, PassResult result, Time now) {
  for (const std::string& path : result.unstable) debounce_.by(path, now + kUnstableRetry);
  for (const std::string& path : result.young) debounce_.by(path, now + settle_ + 1ms);
  if (pass.everything) {
    ++counts_.full_looks;
    full_pass_at_ = now;
  }
  const std::uint64_t missed_now = missed(result);
  counts_.missed += missed_now;
  counts_.watches = result.watches;
  counts_.fallback = result.refused;
  counts_.unreliable = std::move(result.unreliable);
  FileChanges changes{.paths = std::move(result.changed),
                      .complete = pass.complete,
                      .everything = pass.lost,
                      .by_rescan = missed_now > 0};
  std::erase_if(changes.complete, [&](const std::string& path) {
    return !changes.paths.contains(path) || debounce_.hinted(path);
  });
  return changes;
}

/// Changes that only the rescan found, unless their event was already on its way.
std::uint64_t WatchSchedule::missed(const PassResult& result) const {
  return static_cast<std::uint64_t>(std::count_if(
      result.unexplained.begin(), result.unexplained.end(), [this](const std::string& path) {
        return !debounce_.hinted(path) && !next_.hinted.contains(path);
      }));
}

void WatchSchedule::reported(std::int64_t realtime_ns) {
  if (!std::exchange(reported_since_, true)) seen_since_ns_ = realtime_ns;
}

}  // namespace mtls::daemon::watch
