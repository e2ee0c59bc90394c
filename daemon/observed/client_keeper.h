// When the clients that came are saved, and what happens when they cannot be: the store as the
// observer's worker uses it. Calls block. Not for two threads at once.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/observed/client_store.h"
#include "running/observed_client.h"

namespace mtls::daemon::observed {

class ClientKeeper {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Options {
    std::string path;
    ClientStore::Limits limits;
    std::chrono::seconds window{std::chrono::days{30}};
    std::chrono::milliseconds interval{5'000};  // from one save to the next
  };

  explicit ClientKeeper(Options options) : options_(std::move(options)) {}

  /// Once, before anything else: what was kept. Without a store that opens: nothing, and it is
  /// tried again with each save.
  std::vector<running::ObservedClient> load();

  bool is_due(Instant now) const { return !saved_at_ || now - *saved_at_ >= options_.interval; }
  /// Saves what is new, with what could not be saved before, and ends what the window has left.
  /// Returns the fingerprints that somebody erased, "*" for all: the caller forgets them too.
  std::vector<std::string> save(std::vector<running::ObservedClient> changed,
                                std::vector<std::string> gone, std::chrono::sys_seconds wall,
                                Instant now);

  /// What the log has to say since it was asked last: a file that was set aside, a save that failed
  /// for the first time, or one that succeeded after that. "": nothing.
  std::string take_news();
  /// When the store was begun; nullopt: it does not open.
  std::optional<std::chrono::sys_seconds> since() const;
  /// How many clients wait to be saved.
  std::size_t pending() const { return changed_.size(); }

 private:
  bool open();
  void failed(const std::string& why);

  Options options_;
  std::optional<ClientStore> store_;
  std::map<std::string, running::ObservedClient> changed_;  // by fingerprint
  std::set<std::string> gone_;
  std::optional<Instant> saved_at_;
  std::string news_;
  bool has_failed_ = false;
};

}  // namespace mtls::daemon::observed
