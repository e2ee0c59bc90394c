// The observer as the daemon runs it: empties the socket of nginx's lines on the loop, and looks at
// them on a worker. Without `observer` in the settings there is none. Lives on the loop thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <uv.h>

#include "base/result.h"
#include "daemon/app/nginx_watch.h"
#include "daemon/app/observer_job.h"
#include "daemon/observed/client_socket.h"
#include "daemon/observed/inbox.h"
#include "daemon/settings/observer_settings.h"
#include "daemon/system/systemd.h"

namespace mtls::daemon::app {

/// FileDescriptorName= of its socket unit.
inline constexpr const char* kObserverSocket = "observer";

/// The socket that systemd holds under that name, or one that is bound here.
base::Result<observed::ClientSocket> open_observer_socket(
    const settings::ObserverSettings& settings, const std::vector<system::InheritedSocket>& held);

class ObserverWatch {
 public:
  struct Callbacks {
    std::function<const NginxWatch&()> nginx;
    std::function<void(std::shared_ptr<const audit::ObservedTruth> truth)> on_truth;
    std::function<void()> on_metrics;
  };

  ObserverWatch(uv_loop_t& loop, const settings::ObserverSettings& settings,
                observed::ClientSocket socket, Callbacks callbacks);
  ~ObserverWatch() { close(); }
  ObserverWatch(const ObserverWatch&) = delete;
  ObserverWatch& operator=(const ObserverWatch&) = delete;

  /// observer.socket is another path from now on: what came to the one before is still read, then
  /// that is closed. A socket that systemd holds stays. On an error everything stays.
  base::Result<void> move_to(const std::string& path);
  /// Which server blocks there are, and what is predicted of clients. Begins to read.
  void published(const std::shared_ptr<const audit::Snapshot>& snapshot);
  const std::shared_ptr<const RenderedMetrics>& metrics() const { return metrics_; }
  void close();

 private:
  struct Job;

  void begin_poll();
  void receive();
  void wait();
  void look();
  void finish();

  uv_loop_t& loop_;
  Callbacks callbacks_;
  observed::ClientSocket socket_;
  observed::Inbox inbox_;
  std::shared_ptr<ObserverJob> observer_;            // of the worker, if any
  std::shared_ptr<const audit::Snapshot> snapshot_;  // for the next look
  std::shared_ptr<const RenderedMetrics> metrics_;
  std::shared_ptr<const audit::ObservedTruth> truth_;
  uv_poll_t* poll_ = nullptr;
  uv_timer_t* timer_;
  Job* job_ = nullptr;
  bool has_begun_ = false;
  bool has_lost_ = false;  // since the last look
  bool closed_ = false;
};

}  // namespace mtls::daemon::app
