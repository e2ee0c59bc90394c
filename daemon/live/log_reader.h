// The logs of the running nginx, read and counted. What is in them is decided in running/. Waits if
// a file system does. Any thread, one at a time.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/live/line_source.h"
#include "running/line_losses.h"
#include "running/log_counts.h"
#include "running/verify_counts.h"

namespace mtls::daemon::live {

class LogReader {
 public:
  /// A line with `[emerg]`.
  struct Emergency {
    int pid = 0;
    std::string message;
  };

  /// Which logs, and what their lines count for. nullptr changes nothing.
  void follow(std::shared_ptr<const running::VerifyPlan> plan);
  /// Before the first follow(): goes on where another process stopped.
  void resume(LogState state);
  /// For resume().
  LogState state() const;
  /// Differs whenever a position does.
  std::uint64_t mark() const;
  /// What came since the last call, up to some megabytes a log. `processes`: those that are known
  /// to be nginx's.
  std::vector<Emergency> read(const std::vector<int>& processes);

  const running::VerifyCounts& counts() const { return counts_; }
  /// The observer's lines that nginx says it lost.
  const running::LossCounts& losses() const { return losses_.counts(); }
  std::vector<running::LogCounts> logs() const;
  /// There is more than the last call read.
  bool is_behind() const;
  /// Since the last call: why a log cannot be read any more, or that it can again.
  struct Turn {
    std::string path;
    LineSource::State state;
  };
  std::vector<Turn> take_turns() { return std::exchange(turns_, {}); }

 private:
  struct Log {
    std::unique_ptr<LineSource> source;
    running::LogCounts counts;
    bool is_readable = true;
    bool is_known = false;  // somebody has tried to open it
    bool is_double = false;
  };

  Log& log_of(const std::string& path);
  bool is_double(const Log& log) const;
  void open(Log& log);
  void take(const LineSource::Line& line, std::size_t number, Log& log,
            std::vector<Emergency>& emergencies);

  std::shared_ptr<const running::VerifyPlan> plan_ = std::make_shared<const running::VerifyPlan>();
  std::list<Log> logs_;                                      // in the order of the plan
  std::map<std::string, std::vector<LogPosition>> resumed_;  // of logs that no plan had yet
  running::VerifyCounts counts_;
  running::LineLosses losses_;
  std::vector<Turn> turns_;
};

/// For the log: `it is a device or a pipe`.
std::string_view words(LineSource::State state);

}  // namespace mtls::daemon::live
