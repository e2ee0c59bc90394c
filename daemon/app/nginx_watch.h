// The running nginx as the daemon follows it: its processes and what its log says of reloads, put
// together in one view. Lives on the loop thread; logs are read on a worker.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <uv.h>

#include "audit/snapshot.h"
#include "daemon/live/log_follower.h"
#include "daemon/live/process_watcher.h"
#include "running/reload_outcomes.h"

namespace mtls::daemon::app {

class NginxWatch {
 public:
  using View = std::shared_ptr<const running::ProcessView>;
  /// Called on the loop thread whenever the view is another one.
  using OnChange = std::function<void(const View& view)>;

  /// Looks at the processes before it returns.
  NginxWatch(uv_loop_t& loop, live::ProcessTable::Describe describe, OnChange on_change);
  ~NginxWatch() { close(); }
  NginxWatch(const NginxWatch&) = delete;
  NginxWatch& operator=(const NginxWatch&) = delete;

  /// nullptr: nothing is known yet.
  const View& view() const { return view_; }
  const running::ReloadCounts& reloads() const { return outcomes_.counts(); }
  void file_changed() { processes_.file_changed(); }
  /// Which configuration counts, and where its nginx logs.
  void published(const audit::Snapshot& snapshot);
  void close();

 private:
  struct Job;
  using Followers = std::vector<live::LogFollower>;

  void take_in(const View& processes);
  void refresh();
  void start_reading();
  void finish(Job& job);

  uv_loop_t& loop_;
  OnChange on_change_;
  live::ProcessWatcher processes_;
  running::ReloadOutcomes outcomes_;
  std::string conf_;  // "": not known yet
  std::vector<std::string> logs_;
  std::shared_ptr<Followers> followers_ = std::make_shared<Followers>();  // of the worker, if any
  View processes_view_;
  View view_;
  uv_timer_t* timer_;
  Job* job_ = nullptr;
  bool closed_ = false;
};

}  // namespace mtls::daemon::app
