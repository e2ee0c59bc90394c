// Keeps for the next process what nginx has loaded: loaded.json, and beside it the content of each
// CA, CRL and certificate file under its SHA-256, since nobody else has it once the file was
// replaced. Never a file with a private key. On a worker; one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "audit/remembered.h"
#include "audit/snapshot.h"
#include "base/filesystem.h"
#include "daemon/state/state_directory.h"

namespace mtls::daemon::state {

class LoadedKeeper {
 public:
  /// `disk`: that of nginx's files; it outlives this.
  LoadedKeeper(std::string state_directory, base::FileSystem& disk);

  /// What the process before left, if it is of an nginx that `runs` (process and start time); else
  /// it is set aside. nullptr: nothing.
  using Runs = std::function<bool(int master, std::int64_t started)>;
  std::shared_ptr<const audit::Remembered> read(const Runs& runs);

  /// About once a second, with the last Snapshot and what nginx's processes are now. Writes once
  /// nothing has changed for some seconds: until then the workers of two generations may stand side
  /// by side.
  void look(const audit::Snapshot& snapshot, const running::ProcessView& now);

 private:
  using Clock = std::chrono::steady_clock;

  void keep_contents(const audit::LoadedFiles& files);
  void keep_content(const std::string& path, const audit::LoadedFile& file);
  void write(const audit::Remembered& state);
  void remove_contents_but(const std::set<std::string>& named);

  StateDirectory directory_;
  base::FileSystem& disk_;
  std::shared_ptr<const audit::LoadedFiles> seen_;  // the last, and whose
  int master_ = 0;
  std::vector<running::Worker> workers_;
  Clock::time_point since_{};
  bool is_written_ = false;
  std::set<std::string> looked_at_;  // contents that are kept, or cannot be
  std::size_t kept_bytes_ = 0;
};

}  // namespace mtls::daemon::state
