// Keeps what is known of clients in the file of observer.state: read once, and what changed is
// saved every few seconds. A file that cannot be opened is tried again until it can. Of a worker.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "audit/observed/observer.h"
#include "daemon/observed/client_store.h"

namespace mtls::daemon::app {

class ClientKeeper {
 public:
  ClientKeeper(std::string path, audit::observed::ClientTable::Limits limits)
      : path_(std::move(path)), limits_(limits) {}

  /// Opens the file, if it is not open and the last try was a while ago. What an earlier process
  /// kept goes into the observer, once. What goes wrong is logged once, and that it is well again.
  /// `hears_all`: what came while no process of ours ran has not been lost.
  void restore(audit::observed::Observer& observer, bool hears_all, audit::observed::Instant now);
  /// What changed since the last time, if that was a while ago. Clients that somebody has erased
  /// from the file meanwhile are forgotten; those that did not come within the window leave it.
  void save(audit::observed::Observer& observer, audit::observed::Instant now);
  void save_now(audit::observed::Observer& observer);
  /// The process ends.
  void close(audit::observed::Observer& observer);

 private:
  using Instant = audit::observed::Instant;

  base::Result<void> open(audit::observed::Observer& observer, bool hears_all, Instant now);
  base::Result<void> forget(Instant now);
  void close_if_damaged(const base::Error& error);
  void tell(const std::string& error);

  std::string path_;
  audit::observed::ClientTable::Limits limits_;
  std::optional<observed::ClientStore> store_;  // nullopt: it is not open
  std::optional<Instant> tried_at_;
  std::optional<Instant> saved_at_;
  std::optional<Instant> forgot_at_;
  std::string error_;       // of the last time; "": there was none
  bool is_loaded_ = false;  // the observer knows what an earlier process kept
};

}  // namespace mtls::daemon::app
