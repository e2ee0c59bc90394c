#include "daemon/probe/prober.h"

#include <new>
#include <utility>

#include "audit/probing/probing.h"
#include "daemon/probe/connection.h"
#include "daemon/system/worker.h"

namespace mtls::daemon::probe {
namespace {

// After a reload old workers may accept connections for a moment.
constexpr std::uint64_t kSoonMilliseconds = 500;

}  // namespace

struct Prober::Job {
  uv_work_t request{};
  Prober* owner = nullptr;  // null once it has closed
  std::vector<audit::ProbeTarget> targets;
  std::chrono::seconds timeout{};
  std::shared_ptr<audit::ProbeAnswers> answers;  // nullptr: memory was short

  void run() {
    try {
      auto all = std::make_shared<audit::ProbeAnswers>();
      for (const audit::ProbeTarget& target : targets) all->push_back(ask(target, timeout));
      answers = std::move(all);
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  void finish() { owner->finish(*this); }
};

Prober::Prober(uv_loop_t& loop, OnAnswers on_answers)
    : loop_(loop), on_answers_(std::move(on_answers)) {
  uv_timer_init(&loop_, &timer_);
  timer_.data = this;
}

void Prober::ask_in(std::uint64_t milliseconds) {
  uv_update_time(&loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { static_cast<Prober*>(timer->data)->start(); }, milliseconds,
      0);
}

void Prober::set(const audit::Snapshot& snapshot) {
  if (closed_) return;
  const running::Master* master = snapshot.master();
  const auto generation = master != nullptr ? master->generation : std::nullopt;
  std::vector<audit::ProbeTarget> targets = audit::probing::targets(snapshot);
  const bool is_same =
      snapshot.policy->probe == settings_ && targets == targets_ && generation == generation_;
  settings_ = snapshot.policy->probe;
  targets_ = std::move(targets);
  generation_ = generation;
  if (targets_.empty()) {
    uv_timer_stop(&timer_);
    if (std::exchange(answers_, nullptr) != nullptr) on_answers_(nullptr);
  } else if (!is_same) {
    ask_in(kSoonMilliseconds);
  }
}

void Prober::start() {
  if (job_ != nullptr) {
    again_ = true;
    return;
  }
  auto job = std::make_unique<Job>();
  job->owner = this;
  job->targets = targets_;
  job->timeout = settings_.timeout;
  job_ = system::start_work(loop_, std::move(job));
}

void Prober::finish(Job& job) {
  job_ = nullptr;
  if (targets_.empty()) return;
  const auto interval = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.interval);
  ask_in(std::exchange(again_, false) ? kSoonMilliseconds
                                      : static_cast<std::uint64_t>(interval.count()));
  if (!job.answers || (answers_ && *answers_ == *job.answers)) return;
  answers_ = std::move(job.answers);
  on_answers_(answers_);
}

void Prober::close() {
  if (std::exchange(closed_, true)) return;
  system::let_go(job_);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
}

}  // namespace mtls::daemon::probe
