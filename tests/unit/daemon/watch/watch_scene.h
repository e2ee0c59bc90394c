// A watcher on a real loop, with a minimal owner: on every change it looks at everything again and
// passes on what it saw.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <uv.h>

#include "daemon/system/disk.h"
#include "daemon/watch/watcher.h"
#include "tests/unit/daemon/system/disk_scene.h"

namespace mtls::daemon::testing {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class WatchScene {
 public:
  WatchScene() { uv_loop_init(&loop_); }
  ~WatchScene() {
    if (watcher) watcher->close();
    while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
    }
    if (uv_loop_close(&loop_) != 0) std::abort();  // a handle is left open
  }
  WatchScene(const WatchScene&) = delete;
  WatchScene& operator=(const WatchScene&) = delete;

  /// Rescans do not happen unless a test asks for them.
  static constexpr watch::WatchOptions kEventsOnly{.rescan_interval = 1h, .poll_interval = 1h};

  void start(const watch::WatchOptions& options = kEventsOnly) {
    start_with(options, [] { return 0; });
  }
  /// Creates the watcher during the lifetime of what `hindrance` returns.
  template <class Hindrance>
  void start_with(const watch::WatchOptions& options, Hindrance hindrance) {
    {
      [[maybe_unused]] const auto hindered = hindrance();
      watcher = watch::Watcher::create(world(), options, [this](const watch::FileChanges& changes) {
        reports.push_back(changes);
        if (reacts) evaluate();
      });
    }
    evaluate();
    run_until([this] {
      const watch::WatchCounts counts = watcher->counts();  // of the first pass
      return counts.watches > 0 || !counts.unreliable.empty();
    });
  }

  void evaluate() {
    known = truth();
    watcher->watch(known);
  }

  base::Sightings truth() {
    base::RecordingFileSystem recording(disk_);
    for (const std::string& path : files) (void)recording.read(path, limit);
    for (const std::string& pattern : patterns) (void)recording.glob(pattern);
    return recording.take();
  }

  /// Turns the loop until `done` or the deadline. Returns whether it was done.
  template <class Done>
  bool run_until(Done done, std::chrono::milliseconds deadline = 1s) {
    const auto end = Clock::now() + deadline;
    uv_timer_t tick;
    uv_timer_init(&loop_, &tick);
    uv_update_time(&loop_);
    uv_timer_start(&tick, [](uv_timer_t*) {}, 1, 1);
    bool is_done = done();
    while (!is_done && Clock::now() < end) {
      uv_run(&loop_, UV_RUN_ONCE);
      is_done = done();
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&tick), nullptr);
    uv_run(&loop_, UV_RUN_NOWAIT);
    return is_done;
  }

  void run_for(std::chrono::milliseconds time) {
    run_until([] { return false; }, time);
  }

  /// Whether the owner knows the current state.
  bool catches_up(std::chrono::milliseconds deadline = 1s) {
    return run_until([this] { return known == truth(); }, deadline);
  }

  bool reported(const std::string& path) const {
    for (const watch::FileChanges& report : reports) {
      if (report.paths.contains(path)) return true;
    }
    return false;
  }

  watch::Watcher::World world() { return {.loop = loop_, .disk = disk_, .mounts = mounts_}; }

  std::vector<std::string> files;
  std::vector<std::string> patterns;
  std::size_t limit = 1 << 20;
  bool reacts = true;
  base::Sightings known;
  std::vector<watch::FileChanges> reports;
  std::unique_ptr<watch::Watcher> watcher;

 private:
  system::Disk disk_;
  system::Mounts mounts_;
  uv_loop_t loop_{};
};

}  // namespace mtls::daemon::testing
