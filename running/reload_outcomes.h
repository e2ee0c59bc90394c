// What became of nginx's reloads, from its generations of workers and from its log, with either of
// them missing (R5.2). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "running/error_log.h"
#include "running/process_view.h"

namespace mtls::running {

struct ReloadCounts {
  std::uint64_t reloads = 0;
  std::uint64_t failures = 0;
  std::optional<bool> last_successful = {};  // nullopt: none was seen
  std::string refusal = {};                  // in nginx's words, with last_successful false

  bool operator==(const ReloadCounts&) const = default;
};

class ReloadOutcomes {
 public:
  /// The master that counts; nullptr: none runs.
  void see(const Master* master);
  /// A line of that master's log.
  void read(const LogLine& line);
  /// The master waits for signals: a reload that was refused is over.
  void is_idle();

  /// A reload was refused that may not be over.
  bool is_under_way() const { return !refusal_.empty(); }

  const ReloadCounts& counts() const { return counts_; }

 private:
  int pid_ = 0;
  std::int64_t started_ = 0;
  std::uint64_t generation_ = 0;
  std::string refusal_;  // of a reload that is not over yet
  ReloadCounts counts_;
};

}  // namespace mtls::running
