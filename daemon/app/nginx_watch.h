// The running nginx as the daemon follows it: its processes and what its log says of reloads, put
// together in one view; and the metrics of what its logs say besides. Lives on the loop thread;
// logs are read on a worker.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <uv.h>

#include "audit/snapshot.h"
#include "base/filesystem.h"
#include "daemon/app/log_job.h"
#include "daemon/live/process_watcher.h"
#include "daemon/state/loaded_keeper.h"
#include "running/reload_outcomes.h"

namespace mtls::daemon::app {

class NginxWatch {
 public:
  using View = std::shared_ptr<const running::ProcessView>;
  /// Called on the loop thread whenever the view is another one.
  using OnChange = std::function<void(const View& view)>;

  struct World {
    uv_loop_t& loop;
    base::FileSystem& disk;       // of nginx's files; any thread
    std::string state_directory;  // "": nothing is kept for the next process
  };

  /// Looks at the processes before it returns.
  NginxWatch(const World& world, live::ProcessTable::Describe describe, OnChange on_change);
  ~NginxWatch() { close(); }
  NginxWatch(const NginxWatch&) = delete;
  NginxWatch& operator=(const NginxWatch&) = delete;

  /// nullptr: nothing is known yet.
  const View& view() const { return view_; }
  /// At the start: what the process before knew of what nginx has loaded; nullptr: nothing.
  std::shared_ptr<const audit::Remembered> remembered() const;
  /// With what is counted of nginx.
  void fill(Publication& publication) const {
    publication.counts.reloads = outcomes_.counts();
    publication.logs = log_metrics_;
  }
  /// The numbers of nginx's processes, of all masters.
  std::vector<int> processes() const;
  /// When the oldest worker that runs with this configuration was started; nullopt: not known.
  std::optional<base::sys_seconds> oldest_worker() const;
  /// Lines of the observer that nginx says it could not send.
  const running::LossCounts& losses() const { return losses_; }
  void file_changed() { processes_.file_changed(); }
  /// Which configuration counts, and where its nginx logs.
  void published(const std::shared_ptr<const audit::Snapshot>& snapshot);
  void close();
  /// At the end, once no work is under way: what the next process must not forget.
  void keep_state() { logs_->keep(); }

 private:
  struct Job;

  void take_in(const View& processes);
  void refresh();
  void each_second();
  bool is_quiet() const;
  void start_reading();
  void finish(Job& job);

  uv_loop_t& loop_;
  OnChange on_change_;
  live::ProcessWatcher processes_;
  running::ReloadOutcomes outcomes_;
  std::string conf_;                                 // "": not known yet
  std::shared_ptr<const audit::Snapshot> snapshot_;  // for the next look at the logs
  std::shared_ptr<LogJob> logs_;                     // these two are of the worker, if any
  std::shared_ptr<state::LoadedKeeper> keeper_;
  std::shared_ptr<const audit::Snapshot> kept_snapshot_;  // the last, for `keeper_`
  std::shared_ptr<const RenderedMetrics> log_metrics_;
  running::LossCounts losses_;
  View processes_view_;
  View view_;
  View read_view_;   // as of the last look at the logs
  int skipped_ = 0;  // looks at quiet logs, since the last
  uv_timer_t* timer_;
  Job* job_ = nullptr;
  bool closed_ = false;
};

}  // namespace mtls::daemon::app
