// Which file systems are mounted where, according to /proc/self/mountinfo (proc(5)): what can be
// known about a path without asking a file system that may not answer. MountTable is pure; Mounts
// reads the file, on any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/system/file_descriptor.h"

namespace mtls::daemon::system {

enum class MountKind {
  kLocal,   // answers, and inotify reports every change
  kSilent,  // answers, but changes without events: overlay, proc, cluster file systems
  kRemote,  // may not answer at all: network, FUSE, automount, unknown types
};

struct Mount {
  std::string point;
  std::string type;
  MountKind kind = MountKind::kLocal;
};

class MountTable {
 public:
  /// Reads the lines of mountinfo. Of several mounts on one point the last one counts, because it
  /// hides the others.
  static MountTable parse(std::string_view mountinfo);

  /// The mount that holds an absolute path without symbolic links and dots.
  const Mount& mount_of(std::string_view path) const;
  /// The mount on exactly this point; nullptr: none.
  const Mount* mounted_on(std::string_view path) const;

  /// Whether any mount that a file could be on is kRemote.
  bool may_block() const { return may_block_; }

  /// The first mount on the way to `path` that may not answer; nullptr: there is none. Follows at
  /// most 40 symbolic links itself, and so only asks file systems that do answer. `read_link`
  /// returns "" for anything but a link.
  using ReadLink = std::function<std::string(const std::string& path)>;
  const Mount* first_remote(const std::string& path, const ReadLink& read_link) const;

 private:
  std::map<std::string, Mount, std::less<>> mounts_;  // by point
  bool may_block_ = false;
};

/// readlink(2); "" if `path` is not a symbolic link.
std::string read_link(const std::string& path);

class Mounts {
 public:
  /// The current table. Reads it again only if the kernel says that it changed, or if the last
  /// reading failed. If it cannot be read, returns the last one that could, or an empty one.
  std::shared_ptr<const MountTable> current();

 private:
  std::mutex mutex_;
  FileDescriptor file_;
  std::shared_ptr<const MountTable> table_;
  bool is_current_ = false;
};

}  // namespace mtls::daemon::system
