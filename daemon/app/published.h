// What the loop thread hands to the web thread: the rendered Snapshot and the daemon's own counts.
// The two threads share nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/shortage.h"
#include "base/time.h"
#include "daemon/watch/watcher.h"
#include "daemon/web/http/body.h"
#include "running/reload_outcomes.h"

namespace mtls::daemon::app {

/// Rendered once per Snapshot; immutable.
struct Payload {
  web::http::Part metrics;  // in both formats: gauges read the same; without the closing `# EOF`
  std::size_t series_over_limit = 0;  // left out because of limits.max_series
  bool is_compact = false;            // of the settings, metrics.detail
};

/// Metrics that are rendered when they change: what nginx's error logs tell, what clients do.
struct RenderedMetrics {
  web::http::Part text;
  web::http::Part openmetrics;  // without the closing `# EOF`
};

/// The daemon's own counts.
struct SelfCounts {
  std::map<std::string, std::uint64_t> evaluations{{"start", 0},   {"watch", 0},
                                                   {"horizon", 0}, {"rescan", 0},
                                                   {"signal", 0},  {"nginx", 0}};  // by trigger
  std::map<base::Shortage, std::uint64_t> refused{{base::Shortage::kMemory, 0},
                                                  {base::Shortage::kDescriptors, 0}};
  bool settings_are_current = true;  // false: the last reload found them invalid
  base::sys_seconds last_evaluation{};
  double last_duration_seconds = 0;
  std::uint64_t generation = 0;
  watch::WatchCounts watch;
  running::ReloadCounts reloads;  // of nginx
};

/// What a scrape is answered from; published whole, so that its parts always belong together.
struct Publication {
  std::shared_ptr<const Payload> payload;                // nullptr before the first evaluation
  std::shared_ptr<const RenderedMetrics> logs = {};      // nullptr before the first look at them
  std::shared_ptr<const RenderedMetrics> observed = {};  // nullptr: nobody observes clients
  SelfCounts counts;
};

/// One value, replaced whole. A reader holds the lock only while it copies.
template <class T>
class Published {
 public:
  void store(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  T load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace mtls::daemon::app
