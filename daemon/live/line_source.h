// Where lines of nginx's log come from: a file, a journal. Each hands out what comes from now on,
// or from where another process stopped, each line once.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/live/log_position.h"

namespace mtls::daemon::live {

class LineSource {
 public:
  enum class State : std::uint8_t {
    kReading,  // also of a file that was deleted, as long as nothing stands in its place
    kMissing,
    kDenied,
    kNotRegular,  // a device, a pipe: never opened
    kFailed,
  };
  struct Line {
    std::string_view text;
    // No client can have written its beginning, so that it names a process of nginx's.
    bool is_first = false;
  };
  using Take = std::function<void(const Line& line)>;

  LineSource() = default;
  virtual ~LineSource() = default;
  LineSource(LineSource&&) noexcept = default;
  LineSource& operator=(LineSource&&) noexcept = default;
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  /// Before the first open(): goes on from there, instead of from the end.
  virtual void resume(std::vector<LogPosition> positions) = 0;
  /// For resume().
  virtual std::vector<LogPosition> positions() const = 0;
  /// Differs whenever positions() does.
  virtual std::uint64_t mark() const = 0;
  /// False: it cannot be read now.
  virtual bool open() = 0;
  /// Opens it, and hands out the lines since the last call, up to some megabytes of them; the rest
  /// comes with the next call. False: it cannot be read now.
  virtual bool read(const Take& take) = 0;
  /// Leaves out what is there now.
  virtual void skip() {}
  /// Lets go of the files that the path led to before.
  virtual void forget_former() {}

  /// As the plan names it.
  virtual const std::string& path() const = 0;
  virtual State state() const = 0;
  /// There is more than the last call read.
  virtual bool is_behind() const = 0;
  /// Device and inode of the file that it reads now; nullopt: none.
  virtual std::optional<std::pair<dev_t, ino_t>> file() const { return std::nullopt; }
  /// Lines that were too long.
  virtual std::uint64_t oversized() const { return 0; }
  /// Times that something was gone before it was read.
  virtual std::uint64_t lost() const = 0;
};

}  // namespace mtls::daemon::live
