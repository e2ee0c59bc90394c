#include "daemon/app/reloads.h"

#include <new>
#include <utility>

#include "daemon/system/worker.h"

namespace mtls::daemon::app {
namespace {

constexpr std::uint64_t kBetweenMilliseconds = 250;

}  // namespace

struct Reloads::Job {
  uv_work_t request{};
  Reloads* owner = nullptr;  // null once it has closed
  std::function<base::Result<audit::Policy>()> read;
  base::Result<audit::Policy> policy = tl::unexpected(
      base::Error{base::ErrorCode::kUnreadable, "too little memory to read the settings", {}});

  void run() {
    try {
      policy = read();
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  void finish() { owner->finish(*this); }
};

Reloads::Reloads(uv_loop_t& loop, Steps steps) : loop_(loop), steps_(std::move(steps)) {
  uv_timer_init(&loop_, &timer_);
  timer_.data = this;
}

void Reloads::request() {
  if (closed_) return;
  again_ = is_under_way_;
  if (again_ || uv_is_active(reinterpret_cast<uv_handle_t*>(&timer_)) != 0) return;
  uv_update_time(&loop_);
  const std::uint64_t next = last_ + kBetweenMilliseconds;
  const std::uint64_t wait = last_ == 0 || next < uv_now(&loop_) ? 0 : next - uv_now(&loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { static_cast<Reloads*>(timer->data)->begin(); }, wait, 0);
}

void Reloads::begin() {
  last_ = uv_now(&loop_);
  is_under_way_ = true;
  steps_.begin();
  auto job = std::make_unique<Job>();
  job->owner = this;
  job->read = steps_.read;
  job_ = system::start_work(loop_, std::move(job));
}

void Reloads::finish(Job& job) {
  job_ = nullptr;
  steps_.take(std::move(job.policy));
}

void Reloads::done() {
  is_under_way_ = false;
  if (again_) request();
}

void Reloads::close() {
  if (std::exchange(closed_, true)) return;
  system::let_go(job_);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
}

}  // namespace mtls::daemon::app
