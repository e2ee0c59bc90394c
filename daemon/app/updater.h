// Turns changes into Snapshots: one evaluation at a time on a worker thread, the next one at the
// horizon at the latest. Knows nothing of HTTP. Lives on the loop thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include <uv.h>

#include "audit/build.h"
#include "daemon/app/metrics_payload.h"
#include "daemon/app/published.h"
#include "daemon/system/log/log_limiter.h"
#include "daemon/system/timeout_file_system.h"

namespace mtls::daemon::app {

class Updater {
 public:
  struct World {
    uv_loop_t& loop;
    system::TimeoutFileSystem& disk;
    bool blackbox = false;  // with the family of --compat.blackbox
  };
  /// Called on the loop thread after each evaluation, with what to publish. The caller adds the
  /// watch counts.
  using OnEvaluated = std::function<void(const std::shared_ptr<const audit::Snapshot>& snapshot,
                                         const Publication& publication)>;

  /// Called on the loop thread when an evaluation was discarded (base/shortage.h); the next try is
  /// already scheduled.
  using OnRefused = std::function<void(const SelfCounts& counts)>;

  Updater(const World& world, OnEvaluated on_evaluated, OnRefused on_refused);
  Updater(const Updater&) = delete;
  Updater& operator=(const Updater&) = delete;

  /// Requests are numbered. An evaluation covers every request up to its own number.
  using Request = std::uint64_t;
  static constexpr Request kNeverAnswered = std::numeric_limits<Request>::max();

  /// Sets the policy and looks at everything: at the start, and at each SIGHUP. `trigger`: `start`
  /// or `signal`.
  Request adopt(audit::Policy policy, const std::string& trigger);
  Request files_changed(const watch::FileChanges& changes);
  /// nginx's processes are others, or have read their files anew.
  void nginx_changed(std::shared_ptr<const running::ProcessView> processes);
  /// nginx shows something else in handshakes; nullptr: nobody asks it.
  void probed(std::shared_ptr<const audit::ProbeAnswers> answers);
  /// Clients that came tell something else about nginx.
  void observed(std::shared_ptr<const audit::ObservedTruth> truth);
  /// nginx_changed() before the first evaluation; nullptr: nobody knows. `remembered`: what an
  /// earlier process knew of nginx.
  void set_processes(std::shared_ptr<const running::ProcessView> processes,
                     std::shared_ptr<const audit::Remembered> remembered) {
    processes_ = std::move(processes);
    remembered_ = std::move(remembered);
  }
  /// Of the master that reads the configuration of the policy; 0: none does.
  int master_pid() const;
  std::size_t masters() const { return processes_ ? processes_->masters.size() : 0; }
  /// Judges again whatever depends on time: the wall clock was set, or the host slept.
  void time_jumped();
  /// The last request that a finished evaluation covers.
  Request answered() const { return answered_; }
  /// Closes the timers. An evaluation under way ends without a report.
  void close();

 private:
  std::array<uv_timer_t*, 4> timers() {
    return {&horizon_timer_, &settling_timer_, &retry_timer_, &memory_timer_};
  }
  struct Job;
  Request request(audit::Changes changes, const std::string& trigger);
  void run();
  void finished(std::unique_ptr<Job> job);
  void refused(Job& job);
  void free_elsewhere(std::unique_ptr<Job> job);
  void return_memory_soon();
  void return_memory();
  void schedule_horizon();
  void schedule_settling();
  void on_horizon();
  void on_settling();
  void report(const audit::Snapshot& snapshot);
  void report_limit(std::size_t series_over_limit);

  World world_;
  OnEvaluated on_evaluated_;
  OnRefused on_refused_;
  std::shared_ptr<const audit::Policy> policy_;
  std::shared_ptr<const running::ProcessView> processes_;
  std::shared_ptr<const audit::ProbeAnswers> probe_answers_;
  std::shared_ptr<const audit::Remembered> remembered_;
  std::shared_ptr<const audit::ObservedTruth> observed_truth_;
  std::shared_ptr<const audit::Snapshot> snapshot_;
  std::shared_ptr<MetricsPayload> metrics_;  // of the worker, while there is one
  SelfCounts counts_;
  system::log::LogLimiter limiter_;
  bool is_over_limit_ = false;

  audit::Changes pending_;
  std::string pending_trigger_;  // "" = nothing pending
  Request requested_ = 0;
  Request answered_ = 0;
  bool busy_ = false;
  bool closed_ = false;
  std::map<std::string, std::chrono::steady_clock::time_point> settling_since_;  // by path
  uv_timer_t horizon_timer_{};
  uv_timer_t settling_timer_{};
  uv_timer_t retry_timer_{};  // after an evaluation that was discarded
  uv_timer_t memory_timer_{};
};

}  // namespace mtls::daemon::app
