// A disk that does not wait for ever: what lies on a mount that may not answer (network, FUSE) is
// asked on the thread of that mount, and called stuck after some seconds (F11). Local
// file systems are asked directly. Any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/filesystem.h"
#include "daemon/system/mount_table.h"
#include "daemon/system/mount_threads.h"

namespace mtls::daemon::system {

/// A file system that takes longer than this for one answer is stuck (F11).
inline constexpr std::chrono::milliseconds kPatience{5000};

class TimeoutFileSystem final : public base::FileSystem {
 public:
  /// `disk` is shared with threads that may outlive this.
  TimeoutFileSystem(std::shared_ptr<base::FileSystem> disk, Mounts& mounts, MountThreads& lanes)
      : disk_(std::move(disk)), mounts_(mounts), lanes_(lanes) {}

  /// Besides what the disk itself says: kStuck.
  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

  /// The first kStuck so far; nullopt: everything answered.
  std::optional<base::Error> stuck() const;

 private:
  /// The thread to ask on; nullopt: any.
  std::optional<std::string> lane_of(const std::string& path);
  template <class Answer, class Ask>
  base::Result<Answer> ask(const std::string& path, const Ask& question);

  std::shared_ptr<base::FileSystem> disk_;
  Mounts& mounts_;
  MountThreads& lanes_;
  mutable std::mutex mutex_;
  std::optional<base::Error> stuck_;
};

}  // namespace mtls::daemon::system
