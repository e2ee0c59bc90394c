// One inotify instance: add, remove, read. Knows the kernel's records, nothing of why a directory
// is watched. add() and remove() from any one thread; drain() on the loop thread, also while
// another thread adds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/file_descriptor.h"

namespace mtls::daemon {

struct InotifyEvent {
  int wd = -1;             // -1: the queue overflowed
  std::uint32_t mask = 0;  // IN_*
  std::string name;        // the entry of a watched directory; empty: the watched inode itself
};

class Inotify {
 public:
  using Errno = int;

  /// EMFILE (too many instances or descriptors), ENOMEM, ENOSYS.
  static tl::expected<Inotify, Errno> create();

  /// The watch descriptor; the same one for every path to the same inode.
  tl::expected<int, Errno> watch_directory(const std::string& path);
  tl::expected<int, Errno> watch_file(const std::string& path);
  /// A watch that the kernel has already dropped is no error.
  void remove(int wd);

  /// What the kernel holds now, without blocking; at most `kMaxDrain` bytes of it, the rest wakes
  /// the loop again.
  std::vector<InotifyEvent> drain();
  int fd() const { return fd_.get(); }

 private:
  explicit Inotify(FileDescriptor fd) : fd_(std::move(fd)) {}

  FileDescriptor fd_;
};

}  // namespace mtls::daemon
