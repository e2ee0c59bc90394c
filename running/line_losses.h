// Counts the observer's lines that nginx could not send, by its error logs (R9.7 c, d). Pure.
//
// Each line that is lost is a warning of the connection, which does not say why. Where nobody
// listens, the worker has logged that just before, at level error or alert, perhaps elsewhere. So
// of each process the greater of both numbers is what it lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "running/verify_counts.h"

namespace mtls::running {

struct LossLine {
  int pid = 0;
  bool is_unreachable = false;  // false: the warning of the connection

  bool operator==(const LossLine&) const = default;
};
/// `socket`: of the observer. Warnings, and all lines of nginx before 1.23.4, do not name theirs.
/// nullopt: it is another line.
std::optional<LossLine> parse_loss_line(std::string_view line, std::string_view socket);

struct LossCounts {
  bool is_observed = false;                 // else the rest is 0
  std::uint64_t unreachable = 0;            // nobody listened, or nginx may not send there
  std::optional<std::uint64_t> full = {0};  // the rest; nullopt: the logs cannot tell

  bool operator==(const LossCounts&) const = default;
};

class LineLosses {
 public:
  /// `readable`: by log.
  void follow(std::shared_ptr<const VerifyPlan> plan, std::vector<bool> readable);
  void take(std::size_t log, const LossLine& line);
  /// Once after each reading. `nginx`: which processes are nginx's.
  void end_reading(const VerifyCounts& nginx);

  /// Never falls.
  const LossCounts& counts() const { return counts_; }

 private:
  struct Process {
    std::uint64_t warnings = 0;
    std::uint64_t warnings_before = 0;  // until the reading before
    std::uint64_t unreachable = 0;
    std::uint64_t full = 0;
    std::uint64_t last = 0;  // the reading of its last line
    bool is_nginx = false;
  };

  void settle(Process& process);

  std::shared_ptr<const VerifyPlan> plan_ = std::make_shared<const VerifyPlan>();
  std::vector<bool> readable_;
  std::vector<bool> counts_warnings_;  // by log
  std::vector<bool> counts_unreachable_;
  std::map<int, Process> processes_;
  LossCounts counts_;
  LossCounts former_;  // of processes that have been silent for long
  std::uint64_t reading_ = 0;
};

}  // namespace mtls::running
