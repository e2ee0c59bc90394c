// The settings, read again when somebody asks: on a worker, one reading at a time, and not more
// often than four times a second, however many SIGHUPs come. All calls on the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <uv.h>

#include "audit/policy.h"
#include "base/result.h"

namespace mtls::daemon::app {

class Reloads {
 public:
  struct Steps {
    std::function<void()> begin;                            // a reload begins
    std::function<base::Result<audit::Policy>()> read;      // on a worker
    std::function<void(base::Result<audit::Policy>)> take;  // what was read
  };
  /// The start of the program counts as the first reload: done() ends it.
  Reloads(uv_loop_t& loop, Steps steps);
  Reloads(const Reloads&) = delete;
  Reloads& operator=(const Reloads&) = delete;

  /// Reloads, after the one that is under way. Several requests are one.
  void request();
  /// What the reload under way asked for is there for all to see.
  void done();
  bool is_under_way() const { return is_under_way_; }
  /// Nothing is called any more. A reading that waits for a disk is left to itself.
  void close();

 private:
  struct Job;

  void begin();
  void finish(Job& job);

  uv_loop_t& loop_;
  Steps steps_;
  uv_timer_t timer_{};
  Job* job_ = nullptr;
  bool is_under_way_ = true;
  bool again_ = false;
  bool closed_ = false;
  std::uint64_t last_ = 0;  // loop time, milliseconds; 0: none yet
};

}  // namespace mtls::daemon::app
