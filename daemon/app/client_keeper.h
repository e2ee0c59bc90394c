// Keeps what is known of clients in the file of observer.state: read once, and what changed is
// saved every few seconds. Of a worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "audit/observed/observer.h"
#include "daemon/observed/client_store.h"

namespace mtls::daemon::app {

class ClientKeeper {
 public:
  ClientKeeper(std::string path, std::size_t max_clients)
      : path_(std::move(path)), limits_{.max_clients = max_clients} {}

  /// Into the observer, what an earlier process kept. Once; what goes wrong is logged. `hears_all`:
  /// what came while none ran has not been lost.
  void restore(audit::observed::Observer& observer, bool hears_all);
  /// What changed since the last time, if that was a while ago. Clients that somebody has erased
  /// from the file meanwhile are forgotten.
  void save(audit::observed::Observer& observer);
  void save_now(audit::observed::Observer& observer);
  /// The process ends.
  void close(audit::observed::Observer& observer);

 private:
  void tell(const std::string& error);

  std::string path_;
  observed::ClientStore::Limits limits_;
  std::optional<observed::ClientStore> store_;
  std::chrono::steady_clock::time_point saved_at_ = std::chrono::steady_clock::now();
  std::string error_;  // of the last time; "": there was none
  bool has_tried_ = false;
};

}  // namespace mtls::daemon::app
