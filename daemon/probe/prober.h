// Asks the running nginx again and again what it shows to a client without a certificate: every
// server block in turn, on a worker. Off unless the settings ask for it. All calls on the loop's
// thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <uv.h>

#include "audit/policy.h"
#include "audit/probe.h"
#include "audit/snapshot.h"

namespace mtls::daemon::probe {

class Prober {
 public:
  /// Called when the answers are others than before; nullptr: nobody asks any more.
  using OnAnswers = std::function<void(std::shared_ptr<const audit::ProbeAnswers>)>;

  Prober(uv_loop_t& loop, OnAnswers on_answers);
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  /// Goes by its policy and its server blocks from now on. Asks soon where the targets are others,
  /// or nginx has loaded its files anew.
  void set(const audit::Snapshot& snapshot);
  void close();

 private:
  struct Job;

  void start();
  void finish(Job& job);
  void ask_in(std::uint64_t milliseconds);

  uv_loop_t& loop_;
  OnAnswers on_answers_;
  uv_timer_t timer_{};
  Job* job_ = nullptr;
  bool again_ = false;
  bool closed_ = false;
  audit::ProbeSettings settings_;
  std::vector<audit::ProbeTarget> targets_;
  std::optional<running::Generation> generation_;  // of nginx's workers
  std::shared_ptr<const audit::ProbeAnswers> answers_;
};

}  // namespace mtls::daemon::probe
