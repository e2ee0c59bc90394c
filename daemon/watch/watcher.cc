#include "daemon/watch/watcher.h"

#include <fcntl.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <utility>
#include <vector>

#include "daemon/system/loop.h"
#include "daemon/watch/inotify.h"
#include "daemon/watch/targets.h"
#include "daemon/watch/uv_handle.h"
#include "daemon/watch/watch_schedule.h"

namespace mtls::daemon::watch {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int kPassShare = 2'000;  // a full pass takes at most 1/2,000 of the rescan interval
// Events are read at most this often: a storm of them costs 200 wake-ups a second, not one each.
constexpr milliseconds kBreath = 5ms;
// As often when nothing wakes us: the kernel has no place for the descriptor in the epoll set.
constexpr milliseconds kDeafBreath = 200ms;

std::chrono::nanoseconds thread_cpu() {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
}

class LoopWatcher;

/// One pass on its way through a worker. Outlives the watcher when that closes meanwhile.
struct Job {
  uv_work_t request{};
  LoopWatcher* watcher = nullptr;      // loop thread; null once the watcher has closed
  std::shared_ptr<DiskGround> ground;  // which the targets refer to
  std::shared_ptr<Inotify> inotify;
  std::unique_ptr<Targets> targets;
  Pass pass;
  PassResult result;
  std::chrono::nanoseconds cpu{};

  // Worker thread.
  void run() {
    const std::chrono::nanoseconds begin = thread_cpu();
    result = targets->run(pass, inotify.get());
    cpu = thread_cpu() - begin;
  }
};

class LoopWatcher final : public Watcher {
 public:
  LoopWatcher(const World& world, const WatchOptions& options, OnChange on_change);
  ~LoopWatcher() override { close(); }

  void watch(base::Sightings seen) override;
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
  void listen();
  void hear(milliseconds breath);
  void watch_mounts();
  void read_events();
  void interpret();

  void start();
  void finish(Job& job);
  void report(const FileChanges& changes);
  WatchSchedule::Time now() const { return WatchSchedule::Time(uv_now(&loop_)); }

  uv_loop_t& loop_;
  WatchOptions options_;
  OnChange on_change_;
  bool closed_ = false;

  std::shared_ptr<Inotify> inotify_;
  bool deaf_ = false;  // its events wait to be fetched
  system::FileDescriptor mountinfo_;
  UvHandle<uv_poll_t> inotify_poll_;
  UvHandle<uv_poll_t> mount_poll_;
  UvHandle<uv_timer_t> due_timer_;
  UvHandle<uv_timer_t> breath_timer_;
  UvHandle<uv_timer_t> rescan_timer_;
  UvHandle<uv_timer_t> poll_timer_;

  std::shared_ptr<DiskGround> ground_;
  WatchSchedule agenda_;
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
      options_(options),
      on_change_(std::move(on_change)),
      due_timer_(make_timer()),
      breath_timer_(make_timer()),
      rescan_timer_(make_timer()),
      poll_timer_(make_timer()),
      ground_(std::make_shared<DiskGround>(world.mounts)),
      agenda_({.settle = options.settle, .realtime_ns = ground_->realtime_ns()}),
      targets_(std::make_unique<Targets>(
          Targets::World{.ground = *ground_, .disk = world.disk, .settle = options.settle})) {
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
  // Timers count from the loop's idea of now, which a long callback leaves behind.
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
    const WatchCounts& counts = watcher.agenda_.counts();
    if (counts.fallback || !counts.unreliable.empty()) {
      watcher.agenda_.look_at_unreliable();
      watcher.start();
    }
    watcher.schedule_poll();
  });
}

void LoopWatcher::schedule_due() {
  const auto next = agenda_.next_due();
  if (!next) return;
  uv_update_time(&loop_);
  start_timer(*due_timer_, *next - now(), [](uv_timer_t* timer) {
    LoopWatcher& watcher = owner(timer);
    watcher.agenda_.come_due(watcher.now());
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
  listen();
}

void LoopWatcher::listen() {
  deaf_ = !system::start_polling(*inotify_poll_, UV_READABLE, [](uv_poll_t* poll, int, int) {
    uv_poll_stop(poll);
    owner(poll).hear(kBreath);
  });
  if (deaf_) hear(kDeafBreath);
}

/// Reads, takes breath, and listens again.
void LoopWatcher::hear(milliseconds breath) {
  read_events();
  interpret();
  start_timer(*breath_timer_, breath, [](uv_timer_t* timer) { owner(timer).listen(); });
}

/// A mount hides a directory without an event; /proc/self/mountinfo has priority data whenever the
/// table changes (proc(5)).
void LoopWatcher::watch_mounts() {
  mountinfo_ = system::FileDescriptor(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!mountinfo_) return;
  mount_poll_ = make_poll(mountinfo_.get());
  if (!mount_poll_) return;
  const bool listens =
      system::start_polling(*mount_poll_, UV_PRIORITIZED, [](uv_poll_t* poll, int, int) {
        LoopWatcher& watcher = owner(poll);
        watcher.agenda_.everything_may_differ(watcher.now());
        watcher.schedule_due();
      });
  if (!listens) mount_poll_.reset();
}

void LoopWatcher::read_events() {
  if (inotify_) agenda_.take_in(inotify_->drain());
}

void LoopWatcher::interpret() {
  if (!targets_) return;
  uv_update_time(&loop_);
  agenda_.interpret(*targets_, now());
  schedule_due();
}

void LoopWatcher::watch(base::Sightings seen) {
  if (closed_) return;
  agenda_.replace(std::move(seen), ground_->realtime_ns());
  start();
}

void LoopWatcher::rescan() {
  if (closed_) return;
  if (!inotify_) open_inotify();
  if (!mount_poll_) watch_mounts();
  agenda_.look_at_everything();
  start();
}

WatchCounts LoopWatcher::counts() const {
  WatchCounts counts = agenda_.counts();
  counts.fallback = counts.fallback || !inotify_ || deaf_;
  return counts;
}

void LoopWatcher::start() {
  if (closed_ || job_ != nullptr || agenda_.nothing_to_do()) return;
  auto job = std::make_unique<Job>();
  job->request.data = job.get();
  job->watcher = this;
  job->ground = ground_;
  job->inotify = inotify_;
  job->targets = std::move(targets_);
  job->pass = agenda_.begin();
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
  const FileChanges changes = agenda_.finish(job.pass, std::move(job.result), now());
  schedule_due();
  start();
  report(changes);
}

void LoopWatcher::report(const FileChanges& changes) {
  if (changes.paths.empty()) return;
  agenda_.reported(ground_->realtime_ns());
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
  breath_timer_.reset();
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
