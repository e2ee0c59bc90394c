#include "daemon/app/observer_watch.h"

#include <algorithm>
#include <new>
#include <utility>

#include "daemon/system/worker.h"

namespace mtls::daemon::app {
namespace {

// What has to wait before it is told, and what is too old to be kept.
constexpr std::uint64_t kLookMilliseconds = 500;

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
  std::optional<observed::ClientSocket> next;

  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  // The end of the process did not wait for this look.
  ~Job() {
    if (owner == nullptr && observer) observer->save();
  }

  void run() {
    try {
      observer->run(inputs);
      inputs.snapshot.reset();
      if (next) observer->move_to(std::move(*next));
      next.reset();
    } catch (const std::bad_alloc&) {
      return;  // the next look makes up for it
    }
  }
  void finish() { owner->finish(); }
};

ObserverWatch::ObserverWatch(uv_loop_t& loop, const settings::ObserverSettings& settings,
                             observed::ClientSocket socket, Callbacks callbacks)
    : loop_(loop),
      callbacks_(std::move(callbacks)),
      path_(socket.path()),
      observer_(std::make_shared<ObserverJob>(options_of(settings), std::move(socket),
                                              ClientKeeper(settings.state, limits_of(settings)))),
      timer_(new uv_timer_t{}) {
  begin_poll();
  uv_timer_init(&loop_, timer_);
  timer_->data = this;
}

void ObserverWatch::begin_poll() {
  poll_ = new uv_poll_t{};
  uv_poll_init(&loop_, poll_, observer_->descriptor());
  poll_->data = this;
}

// The worker may be reading the socket, so the next look moves.
base::Result<void> ObserverWatch::move_to(const std::string& path) {
  if (path_.empty() || path.empty() || path == path_) return {};
  auto socket = observed::ClientSocket::bind(path);
  if (!socket) return tl::unexpected(socket.error());
  next_.reset();
  next_.emplace(std::move(*socket));
  path_ = path;
  if (has_begun_) look();
  return {};
}

void ObserverWatch::close() {
  if (std::exchange(closed_, true)) return;
  if (job_ == nullptr && has_begun_) observer_->save();
  system::let_go(job_);
  if (poll_ != nullptr) close_handle(poll_);
  close_handle(timer_);
}

void ObserverWatch::published(const std::shared_ptr<const audit::Snapshot>& snapshot) {
  snapshot_ = snapshot;
  if (std::exchange(has_begun_, true)) return look();
  uv_timer_start(
      timer_, [](uv_timer_t* timer) { static_cast<ObserverWatch*>(timer->data)->look(); }, 0,
      kLookMilliseconds);
}

void ObserverWatch::wait() {
  uv_poll_start(poll_, UV_READABLE, [](uv_poll_t* poll, int /*status*/, int /*events*/) {
    static_cast<ObserverWatch*>(poll->data)->look();
  });
}

// While a worker reads the socket, the loop does not wait for it; where the worker closes it, the
// loop has let go of it before.
void ObserverWatch::look() {
  if (closed_ || job_ != nullptr) return;
  uv_poll_stop(poll_);
  auto job = std::make_unique<Job>();
  job->owner = this;
  job->observer = observer_;
  const NginxWatch& nginx = callbacks_.nginx();
  job->inputs = {.snapshot = std::exchange(snapshot_, nullptr),
                 .processes = nginx.processes(),
                 .oldest_worker = nginx.oldest_worker(),
                 .losses = nginx.losses()};
  if (next_) close_handle(std::exchange(poll_, nullptr));
  std::swap(job->next, next_);
  job_ = system::start_work(loop_, std::move(job));
}

void ObserverWatch::finish() {
  if (!snapshot_) snapshot_ = std::move(job_->inputs.snapshot);
  if (!next_) std::swap(next_, job_->next);
  job_ = nullptr;
  if (poll_ == nullptr) begin_poll();
  wait();
  if (std::exchange(metrics_, observer_->metrics()) != observer_->metrics())
    callbacks_.on_metrics();
  const bool is_news = std::exchange(truth_, observer_->truth()) != observer_->truth();
  if (is_news && truth_) callbacks_.on_truth(truth_);
}

}  // namespace mtls::daemon::app
