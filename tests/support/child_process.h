// A child process that cannot outlive its test: the destructor stops and reaps it, and the kernel
// signals it when the thread that started it dies. Its output goes to files. Knows no particular
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
  std::vector<std::string> argv = {};  // argv[0] is a path; $PATH is not searched
  // Added to the test's environment, or replaces parts of it.
  std::map<std::string, std::string> environment = {};
  int death_signal = SIGKILL;  // PR_SET_PDEATHSIG
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

  /// The exit code; 128 + N when signal N killed the child, 127 when it could not be executed;
  /// nullopt when it still runs after `limit`. Kills processes that the child left in its process
  /// group.
  std::optional<int> wait(std::chrono::milliseconds limit);

  /// Sends SIGTERM, and after `limit` SIGKILL to the whole process group. Returns the exit code
  /// like wait().
  int terminate(std::chrono::milliseconds limit = std::chrono::seconds{5});

  std::string standard_output() const { return output_.read("stdout"); }
  std::string standard_error() const { return output_.read("stderr"); }

 private:
  TempDir output_;
  pid_t pid_ = -1;
  // Set when reaped; from then on pid_ may belong to another process.
  std::optional<int> exit_code_;
};

}  // namespace mtls::testing
