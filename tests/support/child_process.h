// One child process that cannot outlive its test: stopped and reaped by the destructor, signalled
// by the kernel when the thread that started it dies. Its output goes to files. Knows no particular
// program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace mtls::testing {

/// Asks every few milliseconds; false if `done` is still false after `limit`.
bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& done);

struct ChildSpec {
  std::vector<std::string> argv = {};                   // argv[0] is a path, $PATH is not searched
  std::map<std::string, std::string> environment = {};  // added to the test's own, or replacing
  int death_signal = SIGKILL;                           // PR_SET_PDEATHSIG
};

class ChildProcess {
 public:
  explicit ChildProcess(const ChildSpec& spec);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  /// Does nothing if the child has already been reaped.
  void signal(int number);

  /// The exit code, 128 + N when signal N killed it, 127 when it could not be executed; nullopt:
  /// runs on after `limit`. Processes that the child left behind in its process group are killed.
  std::optional<int> wait(std::chrono::milliseconds limit);

  /// SIGTERM, and SIGKILL for the whole process group when it still runs after `limit`. The exit
  /// code as in wait().
  int terminate(std::chrono::milliseconds limit = std::chrono::seconds{5});

  std::string standard_output() const { return output_.read("stdout"); }
  std::string standard_error() const { return output_.read("stderr"); }

 private:
  TempDir output_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;  // set once reaped; from then on pid_ is not ours
};

}  // namespace mtls::testing
