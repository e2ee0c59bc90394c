// One log file, read line by line as it grows: from its end at first or from where another process
// stopped, over rename, deletion, truncation and a symbolic link that leads elsewhere, each line
// once. What was cut off by a truncation before it was read is looked for in a copy beside it, as
// logrotate's copytruncate makes one. Waits if its file system does. Any thread, one at a time.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/live/line_source.h"
#include "daemon/system/file_descriptor.h"
#include "running/error_log.h"

namespace mtls::daemon::live {

class LogFollower final : public LineSource {
 public:
  explicit LogFollower(std::string path) : path_(std::move(path)) {}

  void resume(std::vector<LogPosition> positions) override { resumed_ = std::move(positions); }
  std::vector<LogPosition> positions() const override;
  std::uint64_t mark() const override;
  bool open() override;
  bool read(const Take& take) override;
  void skip() override;
  void forget_former() override;

  const std::string& path() const override { return path_; }
  State state() const override { return state_; }
  bool is_behind() const override;
  std::optional<std::pair<dev_t, ino_t>> file() const override;
  std::uint64_t oversized() const override { return oversized_; }
  /// Times that something was cut off before it was read, and no copy has it.
  std::uint64_t lost() const override { return lost_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// A file that the path led to. nginx writes into it until it opens its logs anew.
  struct File {
    system::FileDescriptor descriptor;
    dev_t device = 0;
    ino_t inode = 0;
    off_t offset = 0;
    timespec modified{};
    std::string before;  // the last bytes in front of `offset`: no others stand there
    bool is_at_end = false;
    Clock::time_point grew{};
    running::LineReader lines;
  };

  bool look();
  static std::optional<File> open_file(const std::string& path);
  void restore();
  std::vector<std::string> places(const LogPosition& position) const;
  std::optional<File> find_again(const LogPosition& position) const;
  bool read_file(File& file, const Take& take, std::size_t& budget);
  static bool read_up_to(File& file, off_t end, const Take& take, std::size_t& budget);
  static bool was_truncated(const File& file, const struct stat& facts);
  void read_copy(File& file, const Take& take, std::size_t& budget);
  void start_over(File& file, const Take& take, std::size_t& budget);
  static void remember_tail(File& file);

  std::string path_;
  std::vector<File> files_;           // the oldest first
  std::vector<LogPosition> resumed_;  // not looked for yet
  bool has_looked_ = false;
  std::optional<bool> is_open_;      // what open() said since the last read()
  std::optional<struct stat> seen_;  // of the last file, since the last look()
  State state_ = State::kMissing;
  std::uint64_t oversized_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace mtls::daemon::live
