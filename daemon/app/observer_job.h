// One look at the observer's socket, on a worker: what has come, and the metrics of it. The loop
// thread hands one in and takes it back.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "audit/observed/observer.h"
#include "audit/snapshot.h"
#include "daemon/app/client_keeper.h"
#include "daemon/app/published.h"
#include "daemon/observed/client_socket.h"
#include "daemon/observed/heard_from.h"

namespace mtls::daemon::app {

/// What stays from look to look.
class ObserverJob {
 public:
  ObserverJob(audit::observed::ObserverOptions options, observed::ClientSocket socket,
              ClientKeeper keeper);

  /// `snapshot`: the last that was published, nullptr if it is none since the last look.
  /// `processes`: nginx's.
  void run(const std::shared_ptr<const audit::Snapshot>& snapshot,
           const std::vector<int>& processes);

  /// What is not saved yet, at the end.
  void save() { keeper_.save_now(observer_); }
  int descriptor() const { return socket_.descriptor(); }
  /// nullptr before the first look.
  const std::shared_ptr<const RenderedMetrics>& metrics() const { return metrics_; }
  /// The same object while nothing is known that is another.
  const std::shared_ptr<const audit::ObservedTruth>& truth() const { return truth_; }

 private:
  void receive();
  void render();

  observed::ClientSocket socket_;
  observed::HeardFrom heard_from_;
  audit::observed::Observer observer_;
  ClientKeeper keeper_;
  std::shared_ptr<const RenderedMetrics> metrics_;
  std::shared_ptr<const audit::ObservedTruth> truth_;
  std::optional<std::uint64_t> rendered_;  // the version of the counts
  std::chrono::steady_clock::time_point rendered_at_{};
};

}  // namespace mtls::daemon::app
