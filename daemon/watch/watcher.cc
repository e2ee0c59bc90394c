#include "daemon/watch/watcher.h"

#include <fcntl.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <utility>
#include <vector>

#include "daemon/system/loop.h"
#include "daemon/system/memory.h"
#include "daemon/watch/inotify.h"
#include "daemon/watch/targets.h"
#include "daemon/watch/uv_handle.h"
#include "daemon/watch/watch_schedule.h"

namespace mtls::daemon::watch {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int kPassShare = 2'000;  // a full pass takes at most 1/2,000 of the rescan interval
// Events are read at most this often: a storm of them costs 200 wake-ups a second and not one each.
constexpr milliseconds kBetweenReads = 5ms;
// If the kernel refuses an epoll entry for the descriptor, nothing wakes the loop and events are
// fetched this often.
constexpr milliseconds kBetweenFetches = 200ms;

std::chrono::nanoseconds thread_cpu() {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
}

class LoopWatcher;

/// One pass on its way through a worker. It outlives the watcher if that closes meanwhile.
struct Job {
  uv_work_t request{};
  LoopWatcher* watcher = nullptr;           // loop thread; null once the watcher has closed
  std::shared_ptr<DiskDirectoryView> view;  // the targets refer to it
  std::shared_ptr<Inotify> inotify;
  std::unique_ptr<Targets> targets;
  Pass pass;
  PassResult result;
  std::chrono::nanoseconds cpu{};

  // Worker thread.
  void run() {
    const std::chrono::nanoseconds begin = thread_cpu();
    result = targets->run(pass, inotify.get());
    if (pass.replacement) system::return_free_memory();  // the ways to all targets
    cpu = thread_cpu() - begin;
  }
};

class LoopWatcher final : public Watcher {
 public:
  LoopWatcher(const World& world, const WatchOptions& options, OnChange on_change);
  ~LoopWatcher() override { close(); }

  void watch(base::Sightings seen) override;
  void update(base::Sightings changed) override;
  void rescan() override;
  WatchCounts counts() const override;
  void close() override;

 private:
  UvHandle<uv_timer_t> make_timer();
  UvHandle<uv_poll_t> make_poll(int fd);
  void start_timer(uv_timer_t& timer, milliseconds delay, uv_timer_cb callback);
  void schedule_rescan();
  void schedule_poll();
  void schedule_due();

  void open_inotify();
  void await_events();
  void handle_events(milliseconds pause);
  void watch_mounts();
  void read_events();
  void interpret();

  void start();
  void finish(Job& job);
  void report(const FileChanges& changes);
  WatchSchedule::Time now() const { return WatchSchedule::Time(uv_now(&loop_)); }

  uv_loop_t& loop_;
  std::function<void()> on_event_;
  WatchOptions options_;
  OnChange on_change_;
  bool closed_ = false;

  std::shared_ptr<Inotify> inotify_;
  bool fetches_events_ = false;  // nothing wakes the loop for its events
  system::FileDescriptor mountinfo_;
  UvHandle<uv_poll_t> inotify_poll_;
  UvHandle<uv_poll_t> mount_poll_;
  UvHandle<uv_timer_t> due_timer_;
  UvHandle<uv_timer_t> pause_timer_;
  UvHandle<uv_timer_t> rescan_timer_;
  UvHandle<uv_timer_t> poll_timer_;

  std::shared_ptr<DiskDirectoryView> view_;
  WatchSchedule schedule_;
  std::unique_ptr<Targets> targets_;  // null while a worker has it
  Job* job_ = nullptr;
  std::chrono::nanoseconds full_pass_cpu_{};
  std::minstd_rand jitter_{std::random_device{}()};
};

template <class Handle>
LoopWatcher& owner(Handle* handle) {
  return *static_cast<LoopWatcher*>(handle->data);
}

LoopWatcher::LoopWatcher(const World& world, const WatchOptions& options, OnChange on_change)
    : loop_(world.loop),
      on_event_(world.on_event),
      options_(options),
      on_change_(std::move(on_change)),
      due_timer_(make_timer()),
      pause_timer_(make_timer()),
      rescan_timer_(make_timer()),
      poll_timer_(make_timer()),
      view_(std::make_shared<DiskDirectoryView>(world.mounts)),
      schedule_({.settle = options.settle, .realtime_ns = view_->realtime_ns()}),
      targets_(std::make_unique<Targets>(
          Targets::World{.view = *view_, .disk = world.disk, .settle = options.settle})) {
  open_inotify();
  watch_mounts();
  schedule_rescan();
  schedule_poll();
}

UvHandle<uv_timer_t> LoopWatcher::make_timer() {
  UvHandle<uv_timer_t> timer(new uv_timer_t{});
  uv_timer_init(&loop_, timer.get());
  timer->data = this;
  return timer;
}

/// Null when the loop cannot poll `fd`.
UvHandle<uv_poll_t> LoopWatcher::make_poll(int fd) {
  auto raw = std::make_unique<uv_poll_t>();
  if (uv_poll_init(&loop_, raw.get(), fd) != 0) return nullptr;
  raw->data = this;
  return UvHandle<uv_poll_t>(raw.release());
}

void LoopWatcher::start_timer(uv_timer_t& timer, milliseconds delay, uv_timer_cb callback) {
  // Timers count from the loop's idea of now, which is late after a long callback.
  uv_update_time(&loop_);
  uv_timer_start(&timer, callback, static_cast<std::uint64_t>(std::max(delay, 0ms).count()), 0);
}

void LoopWatcher::schedule_rescan() {
  const auto stretched = std::chrono::ceil<milliseconds>(full_pass_cpu_ * kPassShare);
  const auto interval = std::max(options_.rescan_interval, stretched);
  const double factor = std::uniform_real_distribution<double>(0.9, 1.1)(jitter_);
  start_timer(
      *rescan_timer_,
      milliseconds(static_cast<std::int64_t>(static_cast<double>(interval.count()) * factor)),
      [](uv_timer_t* timer) {
        owner(timer).rescan();
        owner(timer).schedule_rescan();
      });
}

void LoopWatcher::schedule_poll() {
  start_timer(*poll_timer_, options_.poll_interval, [](uv_timer_t* timer) {
    LoopWatcher& watcher = owner(timer);
    const WatchCounts& counts = watcher.schedule_.counts();
    if (counts.fallback || !counts.unreliable.empty()) {
      watcher.schedule_.look_at_unreliable();
      watcher.start();
    }
    watcher.schedule_poll();
  });
}

void LoopWatcher::schedule_due() {
  const auto next = schedule_.next_due();
  if (!next) return;
  uv_update_time(&loop_);
  start_timer(*due_timer_, *next - now(), [](uv_timer_t* timer) {
    LoopWatcher& watcher = owner(timer);
    watcher.schedule_.come_due(watcher.now());
    watcher.schedule_due();
    watcher.start();
  });
}

void LoopWatcher::open_inotify() {
  auto created = Inotify::create();
  if (!created) return;
  auto inotify = std::make_shared<Inotify>(std::move(*created));
  inotify_poll_ = make_poll(inotify->fd());
  if (!inotify_poll_) return;
  inotify_ = std::move(inotify);
  await_events();
}

void LoopWatcher::await_events() {
  fetches_events_ =
      !system::start_polling(*inotify_poll_, UV_READABLE, [](uv_poll_t* poll, int, int) {
        uv_poll_stop(poll);
        owner(poll).handle_events(kBetweenReads);
      });
  if (fetches_events_) handle_events(kBetweenFetches);
}

/// Reads the events, pauses, and waits for more.
void LoopWatcher::handle_events(milliseconds pause) {
  read_events();
  interpret();
  // What waits was due to events; while a worker has the targets, nobody knows what they are about.
  if (on_event_ && (!targets_ || schedule_.next_due())) on_event_();
  start_timer(*pause_timer_, pause, [](uv_timer_t* timer) { owner(timer).await_events(); });
}

/// A mount hides a directory without an event. /proc/self/mountinfo has priority data whenever the
/// table changes (proc(5)).
void LoopWatcher::watch_mounts() {
  mountinfo_ = system::FileDescriptor(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!mountinfo_) return;
  mount_poll_ = make_poll(mountinfo_.get());
  if (!mount_poll_) return;
  const bool polls =
      system::start_polling(*mount_poll_, UV_PRIORITIZED, [](uv_poll_t* poll, int, int) {
        LoopWatcher& watcher = owner(poll);
        watcher.schedule_.everything_may_differ(watcher.now());
        watcher.schedule_due();
      });
  if (!polls) mount_poll_.reset();
}

void LoopWatcher::read_events() {
  if (!inotify_) return;
  schedule_.take_in(inotify_->drain());
}

void LoopWatcher::interpret() {
  if (!targets_) return;
  uv_update_time(&loop_);
  schedule_.interpret(*targets_, now());
  schedule_due();
}

void LoopWatcher::watch(base::Sightings seen) {
  if (closed_) return;
  schedule_.replace(std::move(seen), view_->realtime_ns());
  start();
}

void LoopWatcher::update(base::Sightings changed) {
  if (closed_) return;
  schedule_.update(std::move(changed), view_->realtime_ns());
  start();
}

void LoopWatcher::rescan() {
  if (closed_) return;
  if (!inotify_) open_inotify();
  if (!mount_poll_) watch_mounts();
  schedule_.look_at_everything();
  start();
}

WatchCounts LoopWatcher::counts() const {
  WatchCounts counts = schedule_.counts();
  counts.fallback = counts.fallback || !inotify_ || fetches_events_;
  return counts;
}

void LoopWatcher::start() {
  if (closed_ || job_ != nullptr || schedule_.nothing_to_do()) return;
  auto job = std::make_unique<Job>();
  job->request.data = job.get();
  job->watcher = this;
  job->view = view_;
  job->inotify = inotify_;
  job->targets = std::move(targets_);
  job->pass = schedule_.begin();
  job_ = job.release();
  uv_queue_work(
      &loop_, &job_->request, [](uv_work_t* request) { static_cast<Job*>(request->data)->run(); },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Job> done(static_cast<Job*>(request->data));
        if (done->watcher != nullptr) done->watcher->finish(*done);
      });
}

void LoopWatcher::finish(Job& job) {
  job_ = nullptr;
  targets_ = std::move(job.targets);
  if (job.pass.everything) full_pass_cpu_ = job.cpu;
  read_events();
  interpret();
  const FileChanges changes = schedule_.finish(job.pass, std::move(job.result), now());
  schedule_due();
  start();
  report(changes);
}

void LoopWatcher::report(const FileChanges& changes) {
  if (changes.paths.empty()) return;
  schedule_.reported(view_->realtime_ns());
  on_change_(changes);
}

void LoopWatcher::close() {
  if (std::exchange(closed_, true)) return;
  if (job_ != nullptr) {
    job_->watcher = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&job_->request));
  }
  inotify_poll_.reset();
  mount_poll_.reset();
  due_timer_.reset();
  pause_timer_.reset();
  rescan_timer_.reset();
  poll_timer_.reset();
  inotify_.reset();
  mountinfo_ = system::FileDescriptor();
}

}  // namespace

std::unique_ptr<Watcher> Watcher::create(const World& world, const WatchOptions& options,
                                         OnChange on_change) {
  return std::make_unique<LoopWatcher>(world, options, std::move(on_change));
}

}  // namespace mtls::daemon::watch
