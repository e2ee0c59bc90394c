// The values of Prometheus' process_* metrics: this process as the kernel sees it. Reads only
// /proc/self, which ProcSubset=pid leaves in place. Any thread.
#pragma once

#include <string_view>

#include "base/result.h"

namespace mtls::daemon::system {

struct ProcessMetrics {
  double cpu_seconds = 0;  // user and system
  double open_fds = 0;
  double max_fds = 0;  // soft limit; -1: unlimited
  double virtual_memory_bytes = 0;
  double virtual_memory_max_bytes = 0;  // soft limit; -1: unlimited
  double resident_memory_bytes = 0;
  double start_time_seconds =
      0;  // since 1970; computed once, so that setting the clock does not move it
  double threads = 0;
};

/// kUnreadable: /proc is not there. kParse: it does not look like proc(5) says.
base::Result<ProcessMetrics> read_process_metrics();

/// The fields of /proc/PID/stat that are used here.
struct ProcessStat {
  double cpu_ticks = 0;
  double threads = 0;
  double start_ticks = 0;  // since boot
  double virtual_memory_bytes = 0;
  double resident_pages = 0;

  bool operator==(const ProcessStat&) const = default;
};

/// Pure. The command in parentheses may contain anything, even parentheses and spaces. kParse: too
/// few fields.
base::Result<ProcessStat> parse_process_stat(std::string_view text);

}  // namespace mtls::daemon::system
