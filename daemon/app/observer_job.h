// One look of the observer, on a worker: what has come, what it means for the clients and their
// CAs, and the metrics of it. The loop thread hands one in and takes it back.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "audit/observed/observer.h"
#include "audit/observed/prospects.h"
#include "audit/snapshot.h"
#include "daemon/app/client_keeper.h"
#include "daemon/app/published.h"
#include "daemon/observed/heard_from.h"
#include "daemon/observed/inbox.h"
#include "running/line_losses.h"

namespace mtls::daemon::app {

/// What the loop thread knows at the beginning of a look.
struct LookInputs {
  std::vector<observed::Arrival> arrivals;
  bool has_lost = false;                            // something that came is not among them
  std::shared_ptr<const audit::Snapshot> snapshot;  // nullptr: none was published since the last
  std::vector<int> processes;                       // nginx's
  std::optional<base::sys_seconds> oldest_worker;   // NginxWatch::oldest_worker()
  running::LossCounts losses;
};

/// What stays from look to look.
class ObserverJob {
 public:
  /// `hears_all`: what comes while no process of ours runs, waits.
  ObserverJob(audit::observed::ObserverOptions options, bool hears_all, ClientKeeper keeper);

  void run(const LookInputs& inputs);

  /// At the end, with what no look has seen.
  void end(const std::vector<observed::Arrival>& arrivals);
  /// nullptr before the first look.
  const std::shared_ptr<const RenderedMetrics>& metrics() const { return metrics_; }
  /// The same object while nothing is known that is another.
  const std::shared_ptr<const audit::ObservedTruth>& truth() const { return truth_; }

 private:
  void take(const std::vector<observed::Arrival>& arrivals);
  void note_losses(const running::LossCounts& losses);
  void look_ahead(std::optional<base::sys_seconds> oldest_worker);
  void tell_truth();
  void render();

  bool hears_all_;
  observed::HeardFrom heard_from_;
  std::chrono::seconds window_;
  audit::observed::Observer observer_;
  audit::observed::Prospects prospects_;
  ClientKeeper keeper_;
  std::shared_ptr<const audit::Snapshot> snapshot_;  // the last
  std::shared_ptr<const RenderedMetrics> metrics_;
  std::shared_ptr<const audit::ObservedTruth> truth_;
  running::LossCounts losses_;
  bool is_rendered_ = false;               // nothing is known that is not in the metrics
  std::optional<std::uint64_t> rendered_;  // the version of the counts
  std::chrono::steady_clock::time_point rendered_at_{};
  std::chrono::steady_clock::time_point looks_ahead_at_{};
  std::chrono::steady_clock::time_point told_at_{};
};

}  // namespace mtls::daemon::app
