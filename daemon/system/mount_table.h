// Which file systems are mounted where, as /proc/self/mountinfo tells it (proc(5)): what can be
// known of a path without asking a file system that may not answer. MountTable is pure; Mounts
// reads, from any thread.
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
  kLocal,   // answers, and inotify tells of every change
  kSilent,  // answers, but changes without an event: overlay, proc, cluster file systems
  kRemote,  // may not answer at all: network, FUSE, automount, or a type nobody here knows
};

struct Mount {
  std::string point;
  std::string type;
  MountKind kind = MountKind::kLocal;
};

class MountTable {
 public:
  /// The lines of mountinfo. Of several mounts on one point the last one counts: it hides the
  /// others.
  static MountTable parse(std::string_view mountinfo);

  /// Of an absolute path without symbolic links and dots.
  const Mount& mount_of(std::string_view path) const;
  /// The mount whose point this is exactly; nullptr: none.
  const Mount* mounted_on(std::string_view path) const;

  /// Some mount that a file could be on is kRemote.
  bool may_block() const { return may_block_; }

  /// The first mount on the way to `path` that may not answer; nullptr: there is none. Follows
  /// symbolic links by hand, at most 40, and so asks only file systems that do answer.
  /// `read_link` gives "" for what is no link.
  using ReadLink = std::function<std::string(const std::string& path)>;
  const Mount* first_remote(const std::string& path, const ReadLink& read_link) const;

 private:
  std::map<std::string, Mount, std::less<>> mounts_;  // by point
  bool may_block_ = false;
};

/// readlink(2).
std::string read_link(const std::string& path);

class Mounts {
 public:
  /// As of now; read again only when the kernel says that it changed, or when it could not be read.
  /// The last one that could, or an empty one, stands in for it then.
  std::shared_ptr<const MountTable> current();

 private:
  std::mutex mutex_;
  FileDescriptor file_;
  std::shared_ptr<const MountTable> table_;
  bool is_current_ = false;
};

}  // namespace mtls::daemon::system
