// What the watcher asks of the world besides a FileSystem: directory entries, inotify watches and
// the time of day. DiskDirectoryView and Inotify are the real ones; tests put a simulation in their
// place. Worker thread, except for the time.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/system/mount_table.h"

namespace mtls::daemon::watch {

class DirectoryView {
 public:
  /// What a name leads to; symbolic links are not followed.
  struct DirectoryEntry {
    int error = 0;  // errno
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    unsigned type = 0;  // S_IFMT part of the mode
    std::string link;   // where a symbolic link leads
  };

  virtual ~DirectoryView() = default;

  virtual DirectoryEntry look_at(const std::string& path) = 0;
  /// The entries of a directory that are, or may be, directories or symbolic links, in any order.
  virtual std::vector<std::string> directories_and_links(const std::string& directory) = 0;
  virtual std::shared_ptr<const system::MountTable> mounts() = 0;
  /// The wall clock, nanoseconds since 1970.
  virtual std::int64_t realtime_ns() = 0;
};

/// One record of inotify(7).
struct InotifyEvent {
  int wd = -1;             // -1: the queue overflowed
  std::uint32_t mask = 0;  // IN_*
  std::string name;        // the entry of a watched directory; empty: the watched inode itself
};

class Watches {
 public:
  using Errno = int;

  virtual ~Watches() = default;

  /// Returns the watch descriptor, which is the same for every path to one inode.
  virtual tl::expected<int, Errno> watch_directory(const std::string& path) = 0;
  virtual tl::expected<int, Errno> watch_file(const std::string& path) = 0;
  /// Removing a watch that the kernel has already dropped is not an error.
  virtual void remove(int wd) = 0;
};

class DiskDirectoryView final : public DirectoryView {
 public:
  explicit DiskDirectoryView(system::Mounts& mounts) : mounts_(mounts) {}

  DirectoryEntry look_at(const std::string& path) override;
  std::vector<std::string> directories_and_links(const std::string& directory) override;
  std::shared_ptr<const system::MountTable> mounts() override { return mounts_.current(); }
  std::int64_t realtime_ns() override;

 private:
  system::Mounts& mounts_;
};

}  // namespace mtls::daemon::watch
