// Runs work that may never return on threads that nobody else needs: one thread for each mount. A
// mount whose thread is stuck takes no more work until that moves again. Knows nothing of files.
// Any thread.
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
  explicit MountThreads(std::chrono::milliseconds timeout) : timeout_(timeout) {}

  /// Runs `work` on the thread of `mount` and waits for it. False: it is not done after the
  /// timeout, or the thread is still busy with earlier work that was late, or the system gives no
  /// thread. Late work may still run later, so `work` owns what it touches. It must not throw.
  bool run(const std::string& mount, std::function<void()> work);

 private:
  struct MountThread;
  std::shared_ptr<MountThread> thread_of(const std::string& mount);

  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<MountThread>> threads_;
};

}  // namespace mtls::daemon::system
