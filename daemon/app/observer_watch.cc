#include "daemon/app/observer_watch.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "daemon/system/worker.h"

namespace mtls::daemon::app {
namespace {

// What has to wait before it is told, and what is too old to be kept.
constexpr std::uint64_t kLookMilliseconds = 500;
// The loop has other work.
constexpr std::size_t kMostAtOnce = 1'024;

audit::observed::ClientTable::Limits limits_of(const settings::ObserverSettings& settings) {
  return {.max_clients = settings.max_clients, .window = settings.window};
}

audit::observed::ObserverOptions options_of(const settings::ObserverSettings& settings) {
  return {
      .socket = settings.socket,
      .limits = limits_of(settings),
      .keeps_certificates = settings.remember == settings::ObserverSettings::Remember::kSubjects};
}

template <class Handle>
void close_handle(Handle* handle) {
  uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) {
    const std::unique_ptr<Handle> owned(reinterpret_cast<Handle*>(closed));
  });
}

}  // namespace

base::Result<observed::ClientSocket> open_observer_socket(
    const settings::ObserverSettings& settings, const std::vector<system::InheritedSocket>& held) {
  const auto named = std::ranges::find(held, kObserverSocket, &system::InheritedSocket::name);
  return named != held.end() ? observed::ClientSocket::adopt(named->fd)
                             : observed::ClientSocket::bind(settings.socket);
}

struct ObserverWatch::Job {
  uv_work_t request{};
  ObserverWatch* owner = nullptr;  // null once it has closed
  std::shared_ptr<ObserverJob> observer;
  LookInputs inputs;
  std::vector<observed::Arrival> later = {};  // when the owner closed
  bool has_failed = false;

  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  // The end of the process did not wait for this look.
  ~Job() {
    if (owner != nullptr || !observer) return;
    std::ranges::move(later, std::back_inserter(inputs.arrivals));
    observer->end(inputs.arrivals);
  }

  void run() {
    try {
      observer->run(inputs);
      inputs.snapshot.reset();
    } catch (const std::bad_alloc&) {
      has_failed = true;  // the next look makes up for it, but for what had come
    }
    inputs.arrivals.clear();
  }
  void finish() { owner->finish(); }
};

ObserverWatch::ObserverWatch(uv_loop_t& loop, const settings::ObserverSettings& settings,
                             observed::ClientSocket socket, Callbacks callbacks)
    : loop_(loop),
      callbacks_(std::move(callbacks)),
      socket_(std::move(socket)),
      observer_(std::make_shared<ObserverJob>(options_of(settings), socket_.is_held(),
                                              ClientKeeper(settings.state, limits_of(settings)))),
      timer_(new uv_timer_t{}) {
  begin_poll();
  uv_timer_init(&loop_, timer_);
  timer_->data = this;
}

void ObserverWatch::begin_poll() {
  poll_ = new uv_poll_t{};
  uv_poll_init(&loop_, poll_, socket_.descriptor());
  poll_->data = this;
}

base::Result<void> ObserverWatch::move_to(const std::string& path) {
  if (socket_.is_held() || path.empty() || path == socket_.path()) return {};
  auto next = observed::ClientSocket::bind(path);
  if (!next) return tl::unexpected(next.error());
  receive();
  has_lost_ = true;  // what nginx sends to the former one until it is reloaded
  close_handle(poll_);
  socket_ = std::move(*next);
  begin_poll();
  if (!has_begun_) return {};
  wait();
  look();
  return {};
}

void ObserverWatch::close() {
  if (std::exchange(closed_, true)) return;
  if (!socket_.is_held()) receive();
  if (job_ != nullptr) {
    job_->later = inbox_.take();
  } else if (has_begun_) {
    observer_->end(inbox_.take());
  }
  system::let_go(job_);
  close_handle(poll_);
  close_handle(timer_);
}

void ObserverWatch::published(const std::shared_ptr<const audit::Snapshot>& snapshot) {
  snapshot_ = snapshot;
  if (std::exchange(has_begun_, true)) return look();
  wait();
  uv_timer_start(
      timer_, [](uv_timer_t* timer) { static_cast<ObserverWatch*>(timer->data)->look(); }, 0,
      kLookMilliseconds);
}

void ObserverWatch::wait() {
  uv_poll_start(poll_, UV_READABLE, [](uv_poll_t* poll, int /*status*/, int /*events*/) {
    auto* const watch = static_cast<ObserverWatch*>(poll->data);
    watch->receive();
    watch->look();
  });
}

// Whatever a worker does meanwhile. What has no room here stays in the kernel's queue until the
// next look takes what is here.
void ObserverWatch::receive() {
  try {
    socket_.receive(kMostAtOnce, [this](const observed::Datagram& one) { inbox_.add(one); });
  } catch (const std::bad_alloc&) {
    has_lost_ = true;
  }
  if (inbox_.is_full()) uv_poll_stop(poll_);
}

void ObserverWatch::look() {
  if (closed_ || job_ != nullptr) return;
  auto job = std::make_unique<Job>();
  job->owner = this;
  job->observer = observer_;
  const bool was_full = inbox_.is_full();
  const NginxWatch& nginx = callbacks_.nginx();
  job->inputs = {.arrivals = inbox_.take(),
                 .has_lost = std::exchange(has_lost_, false),
                 .snapshot = std::exchange(snapshot_, nullptr),
                 .processes = nginx.processes(),
                 .oldest_worker = nginx.oldest_worker(),
                 .losses = nginx.losses()};
  if (was_full) wait();
  job_ = system::start_work(loop_, std::move(job));
}

void ObserverWatch::finish() {
  if (!snapshot_) snapshot_ = std::move(job_->inputs.snapshot);
  has_lost_ = has_lost_ || job_->has_failed;
  job_ = nullptr;
  if (std::exchange(metrics_, observer_->metrics()) != observer_->metrics())
    callbacks_.on_metrics();
  const bool is_news = std::exchange(truth_, observer_->truth()) != observer_->truth();
  if (is_news && truth_) callbacks_.on_truth(truth_);
  if (!inbox_.is_empty()) look();
}

}  // namespace mtls::daemon::app
