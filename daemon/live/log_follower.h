// One log file, read line by line as it grows: from its end at first or from where another process
// stopped, over rename, deletion, truncation and a symbolic link that leads elsewhere, each line
// once. What was cut off by a truncation before it was read is looked for in a copy beside it, as
// logrotate's copytruncate makes one. Waits if its file system does. Any thread, one at a time.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/live/log_position.h"
#include "daemon/system/file_descriptor.h"
#include "running/error_log.h"

namespace mtls::daemon::live {

class LogFollower {
 public:
  enum class State : std::uint8_t {
    kReading,  // also of a file that was deleted, as long as nothing stands in its place
    kMissing,
    kDenied,
    kNotRegular,  // a device, a pipe: never opened
    kFailed,
  };

  explicit LogFollower(std::string path) : path_(std::move(path)) {}

  struct Line {
    std::string_view text;
    // Nothing stood before it that was written after the last look: it is the beginning of a
    // write() of nginx's.
    bool is_first = false;
  };
  using Take = std::function<void(const Line& line)>;
  /// Before the first open(): goes on from there, instead of from the end.
  void resume(std::vector<LogPosition> positions) { resumed_ = std::move(positions); }
  /// For resume().
  std::vector<LogPosition> positions() const;
  /// Differs whenever positions() does.
  std::uint64_t mark() const;
  /// False: the file cannot be read now.
  bool open();
  /// Opens it, and hands out the lines since the last call, up to some megabytes of them; the rest
  /// comes with the next call. False: the file cannot be read now.
  bool read(const Take& take);
  /// Leaves out what is there now.
  void skip();
  /// Lets go of the files that the path led to before.
  void forget_former();

  const std::string& path() const { return path_; }
  State state() const { return state_; }
  /// There is more than the last call read.
  bool is_behind() const;
  /// Whether both lead to one file now.
  bool is_same_file(const LogFollower& other) const;
  std::uint64_t oversized() const { return oversized_; }
  /// Times that something was cut off before it was read, and no copy has it.
  std::uint64_t lost() const { return lost_; }

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
  State state_ = State::kMissing;
  std::uint64_t oversized_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace mtls::daemon::live
