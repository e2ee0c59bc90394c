// One log file, read line by line as it grows: from its end at first, over rename, deletion and
// truncation, each line once. Waits if its file system does. Any thread, one at a time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/system/file_descriptor.h"
#include "running/error_log.h"

namespace mtls::daemon::live {

class LogFollower {
 public:
  explicit LogFollower(std::string path) : path_(std::move(path)) {}

  using Take = std::function<void(std::string_view line)>;
  /// The lines since the last call, up to some megabytes of them; the rest comes with the next
  /// call. False: the file cannot be read now.
  bool read(const Take& take);

  const std::string& path() const { return path_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// A file that the path led to. nginx writes into it until it opens its logs anew.
  struct File {
    system::FileDescriptor descriptor;
    dev_t device = 0;
    ino_t inode = 0;
    off_t offset = 0;
    Clock::time_point grew{};
    running::LineReader lines;
  };

  bool open_current();
  static bool read_file(File& file, const Take& take, std::size_t& budget);

  std::string path_;
  std::vector<File> files_;  // the oldest first
  bool has_looked_ = false;
};

}  // namespace mtls::daemon::live
