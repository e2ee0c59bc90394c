// Work that may never return, on threads that nobody else needs: one thread for each lane, and a
// lane that is stuck takes no more work until it moves again. Knows nothing of files. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace mtls::daemon::system {

class MountThreads {
 public:
  explicit MountThreads(std::chrono::milliseconds patience) : patience_(patience) {}

  /// Runs `work` on the thread of `lane`, and waits. False: not done after the patience, or the
  /// lane is still busy with what was not done in time, or the system gives no thread. What was not
  /// done in time may still run later: `work` owns what it touches, and throws nothing.
  bool run(const std::string& lane, std::function<void()> work);

 private:
  struct Lane;
  std::shared_ptr<Lane> lane_named(const std::string& name);

  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Lane>> lanes_;
};

}  // namespace mtls::daemon::system
