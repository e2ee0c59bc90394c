// A disk that does not wait forever: files on a mount that may not answer (network, FUSE) are
// accessed on the thread of that mount and reported as stuck after some seconds (F11). Local file
// systems are accessed directly. Any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/filesystem.h"
#include "daemon/system/mount_table.h"
#include "daemon/system/mount_threads.h"
#include "daemon/system/path_times.h"

namespace mtls::daemon::system {

/// A file system that takes longer than this for one answer is stuck (F11).
inline constexpr std::chrono::milliseconds kStuckAfter{5000};

class TimeoutFileSystem final : public base::FileSystem {
 public:
  /// `disk` is shared with the mount threads, which may outlive this object.
  TimeoutFileSystem(std::shared_ptr<base::FileSystem> disk, Mounts& mounts, MountThreads& threads)
      : disk_(std::move(disk)), mounts_(mounts), threads_(threads) {}

  /// Errors: those of the disk, and kStuck.
  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;
  /// Of the real disk.
  base::Result<DiskTimes> times(const std::string& path);

  /// The first kStuck so far; nullopt: everything answered.
  std::optional<base::Error> stuck() const;

 private:
  /// The mount whose thread has to do it; nullopt: any thread may.
  std::optional<std::string> mount_to_ask(const std::string& path);
  template <class Value, class Question>
  base::Result<Value> ask(const std::string& path, const Question& question);

  std::shared_ptr<base::FileSystem> disk_;
  Mounts& mounts_;
  MountThreads& threads_;
  mutable std::mutex mutex_;
  std::optional<base::Error> stuck_;
};

}  // namespace mtls::daemon::system
