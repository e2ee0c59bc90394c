// One inotify instance: add, remove, read. Knows the kernel's records, but not why a directory is
// watched. Adding and removing: any one thread. drain(): the loop thread, also while another thread
// adds.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/system/file_descriptor.h"
#include "daemon/watch/directory_view.h"

namespace mtls::daemon::watch {

class Inotify final : public Watches {
 public:
  /// Errors: EMFILE (too many instances or descriptors), ENOMEM, ENOSYS.
  static tl::expected<Inotify, Errno> create();

  tl::expected<int, Errno> watch_directory(const std::string& path) override;
  tl::expected<int, Errno> watch_file(const std::string& path) override;
  void remove(int wd) override;

  /// Reads what the kernel holds now, without blocking and at most `kMaxDrain` bytes; the rest
  /// wakes the loop again.
  std::vector<InotifyEvent> drain();
  int fd() const { return fd_.get(); }

 private:
  explicit Inotify(system::FileDescriptor fd) : fd_(std::move(fd)) {}

  system::FileDescriptor fd_;
};

}  // namespace mtls::daemon::watch
