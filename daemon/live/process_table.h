// nginx's masters and workers, read from /proc again and again: what is known of a process is not
// read twice, so a look at a host with many processes is cheap. Sends no signals and runs nothing.
// Any thread, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "running/process_view.h"

namespace mtls::daemon::live {

class ProcessTable {
 public:
  /// Reads an nginx binary; asked once for each master.
  using Describe = std::function<running::Build(const running::NginxMaster& master)>;

  /// `proc`: where procfs is mounted.
  explicit ProcessTable(Describe describe, std::string proc = "/proc");

  struct Look {
    running::ProcessView view;  // without generations and load times
    std::int64_t at_ms = 0;     // monotonic, when it began
    // False: a process was born so recently that it still has its master's title, or is about to
    // become a master itself. Look again.
    bool is_settled = true;
  };
  Look look();

 private:
  struct Known {
    std::int64_t since_ms = 0;  // monotonic
    bool is_master = false;     // or may be one soon
    std::int64_t started = 0;
    running::Build build = {};
  };
  using Pid = int;

  std::vector<Pid> pids_to_ask(std::int64_t now_ms);
  bool is_young(std::int64_t started) const;
  bool add_master(Pid pid, Look& look) const;
  void add_workers(running::Master& master, bool& is_settled) const;
  void sort_out(std::vector<running::Master>& masters) const;
  std::string path_of(Pid pid, const char* file) const;

  Describe describe_;
  std::string proc_;
  std::map<Pid, Known> known_;
  std::int64_t asked_all_ms_ = 0;
};

/// The clocks that /proc and file systems go by.
struct Clocks {
  std::int64_t monotonic_ms = 0;
  std::int64_t files_ns = 0;  // of the time stamps of files, since 1970
  std::int64_t boot_ns = 0;   // when the host was booted, since 1970

  static Clocks now();
  /// Of field 22 of /proc/PID/stat (R5.9), nanoseconds since 1970, rounded down to 10 ms.
  std::int64_t instant_of(std::int64_t ticks) const;
};

/// The children of a process, as text; "": it has none, or it is gone, or the kernel does not tell.
std::string read_children(const std::string& proc, int pid);
/// Whether it waits for signals (running/process_facts.h).
bool waits_for_signals(const std::string& proc, int pid);

}  // namespace mtls::daemon::live
