// The clients that came, in a file that outlives the process: SQLite with a write-ahead log, mode
// 0600. What was saved survives kill -9 and a full disk. Calls block: they are for a worker. Not
// for two threads at once; other processes may read and erase meanwhile.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "running/observed_client.h"

namespace mtls::daemon::observed {

class ClientStore {
 public:
  struct Limits {
    std::size_t max_clients = 200'000;  // those that came last stay
  };

  /// Makes the file where there is none. One that is damaged, or that a later release made, is
  /// renamed to `PATH.set-aside` in place of an earlier one, and set_aside() says why.
  /// kUnreadable: the system does not let us.
  static base::Result<ClientStore> open(const std::string& path, Limits limits);
  /// Of another process: to list and erase. kMissing: there is no file. kParse: it is damaged.
  static base::Result<ClientStore> open_existing(const std::string& path);

  ~ClientStore();
  ClientStore(ClientStore&&) noexcept;
  ClientStore& operator=(ClientStore&&) noexcept;
  ClientStore(const ClientStore&) = delete;
  ClientStore& operator=(const ClientStore&) = delete;

  /// Why an earlier file was set aside, and where it is; "": it was not.
  const std::string& set_aside() const;
  /// When the file was made: nothing is known of clients before.
  std::chrono::sys_seconds since() const;

  /// What the process that opened it before gave to close(). nullopt: it did not end in order, or
  /// nobody opened it before.
  std::optional<std::chrono::sys_seconds> complete_since() const;
  /// The daemon ends, and everything is saved. `complete_since`: no client that came since then is
  /// missing.
  base::Result<void> close(std::chrono::sys_seconds complete_since);

  /// All, in the order of their fingerprints.
  base::Result<std::vector<running::ObservedClient>> load();
  /// Keeps `changed` as they are now and ends `gone`; after an error nothing is changed. Returns
  /// the fingerprints that another process erased since the last call, "*" for all; those among
  /// `changed` are not kept.
  base::Result<std::vector<std::string>> save(std::span<const running::ObservedClient> changed,
                                              std::span<const std::string> gone = {});
  /// Ends the visits that were last seen before `at`, and clients without any other.
  base::Result<void> forget_before(std::chrono::sys_seconds at);
  /// Ends one client. Nothing of it stays in the file but the fingerprint, until the daemon has
  /// forgotten the client too (save()). false: it is not there.
  base::Result<bool> erase(const std::string& fingerprint);
  /// Ends all. Returns how many there were.
  base::Result<std::size_t> erase_all();
  base::Result<std::size_t> size();

 private:
  struct Impl;
  explicit ClientStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtls::daemon::observed
