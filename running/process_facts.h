// What /proc says of one process, as far as nginx's life is concerned (R5.6, R5.9). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mtls::running {

/// /proc/PID/stat.
struct ProcessStat {
  int parent = 0;
  std::int64_t started = 0;  // clock ticks since boot

  bool operator==(const ProcessStat&) const = default;
};
/// nullopt: it is something else. The name of the program may hold blanks and parentheses.
std::optional<ProcessStat> parse_stat(std::string_view text);

/// /proc/PID/status.
struct ProcessStatus {
  // It blocks no signal. nginx's master blocks all that it knows, and lets them in only while it
  // waits in sigsuspend() (ngx_master_process_cycle()): then it reads no configuration.
  bool waits_for_signals = false;
  // PID namespaces that it is in, from the reader's down; 1: the reader's own.
  std::size_t namespaces = 1;
  std::optional<std::uint32_t> user = {};  // its real uid, as the reader sees it

  bool operator==(const ProcessStatus&) const = default;
};
/// nullopt: it is something else.
std::optional<ProcessStatus> parse_status(std::string_view text);

/// The numbers in /proc/PID/task/PID/children.
std::vector<int> parse_children(std::string_view text);

}  // namespace mtls::running
