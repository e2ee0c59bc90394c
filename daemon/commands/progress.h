// Says on stderr what a command is doing, where it takes longer than a second and a person watches.
// A thread of its own writes; the caller's thread only names the step.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mtls::daemon::commands {

/// Nothing is written where stderr is no terminal that can erase a line. The line is erased by the
/// destructor, which must have run before anything else is printed.
class Progress {
 public:
  /// `step`: what is done now, printable: `reading /etc/nginx/nginx.conf`.
  explicit Progress(std::string step);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress();

  void now(std::string step);

 private:
  void write_until_done();

  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::string step_;
  std::thread writer_;
};

}  // namespace mtls::daemon::commands
