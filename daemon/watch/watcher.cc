#include "daemon/watch/watcher.h"

#include <fcntl.h>
#include <sys/inotify.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "daemon/watch/debounce.h"
#include "daemon/watch/inotify.h"
#include "daemon/watch/targets.h"
#include "daemon/watch/uv_handle.h"

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kUnstableRetry = 100ms;
constexpr milliseconds kBetweenFullPasses =
    500ms;                         // at least, however often mounts change or events overflow
constexpr int kPassShare = 2'000;  // a full pass takes at most 1/2,000 of the rescan interval
constexpr std::size_t kMaxRawEvents = 65'536;  // while a pass runs; more of them count as lost

constexpr char kEverything[] = "";  // a key of the debounce that no path has

class LoopWatcher;

/// One pass on its way through a worker. Outlives the watcher when that closes meanwhile.
struct Job {
  uv_work_t request{};
  LoopWatcher* watcher = nullptr;  // loop thread; null once the watcher has closed
  std::shared_ptr<Inotify> inotify;
  std::unique_ptr<Targets> targets;
  Pass pass;
  PassResult result;
};

class LoopWatcher final : public Watcher {
 public:
  LoopWatcher(uv_loop_t& loop, const WatchOptions& options, OnChange on_change);
  ~LoopWatcher() override { close(); }

  void watch(base::Sightings seen) override;
  void rescan() override;
  WatchCounts counts() const override { return counts_; }
  void close() override;

 private:
  UvHandle<uv_timer_t> make_timer();
  UvHandle<uv_poll_t> make_poll(int fd);
  void start_timer(uv_timer_t& timer, milliseconds delay, uv_timer_cb callback);
  void schedule_rescan();
  void schedule_poll();
  void schedule_debounce();

  void open_inotify();
  void watch_mounts();
  void drain();
  void interpret();
  void interpret(const InotifyEvent& event, Debounce::Time now);
  void everything_may_differ();
  void on_debounce();

  void start();
  void finish(Job& job);
  void account(const PassResult& result);
  std::uint64_t missed(const Job& job) const;
  void report(const FileChanges& changes);
  Debounce::Time now() const { return Debounce::Time(uv_now(&loop_)); }

  uv_loop_t& loop_;
  WatchOptions options_;
  OnChange on_change_;
  bool closed_ = false;

  std::shared_ptr<Inotify> inotify_;
  FileDescriptor mountinfo_;
  UvHandle<uv_poll_t> inotify_poll_;
  UvHandle<uv_poll_t> mount_poll_;
  UvHandle<uv_timer_t> debounce_timer_;
  UvHandle<uv_timer_t> rescan_timer_;
  UvHandle<uv_timer_t> poll_timer_;

  std::unique_ptr<Targets> targets_;  // null while a worker has it
  Job* job_ = nullptr;
  Pass next_;
  std::vector<InotifyEvent> raw_;  // not yet interpreted: that needs targets_
  Debounce debounce_;
  bool lost_events_ = false;
  WatchCounts counts_;
  std::chrono::nanoseconds full_pass_cpu_{};
  Debounce::Time full_pass_at_{};
  std::minstd_rand jitter_{std::random_device{}()};

  // What watch() is given was seen after this: the first report since the previous watch(), or that
  // itself.
  std::int64_t seen_since_ns_ = 0;
  bool reported_since_ = false;
};

std::int64_t realtime_ns() {
  timespec at{};
  ::clock_gettime(CLOCK_REALTIME, &at);
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

template <class Handle>
LoopWatcher& owner(Handle* handle) {
  return *static_cast<LoopWatcher*>(handle->data);
}

LoopWatcher::LoopWatcher(uv_loop_t& loop, const WatchOptions& options, OnChange on_change)
    : loop_(loop),
      options_(options),
      on_change_(std::move(on_change)),
      debounce_timer_(make_timer()),
      rescan_timer_(make_timer()),
      poll_timer_(make_timer()),
      targets_(std::make_unique<Targets>(options.settle)),
      seen_since_ns_(realtime_ns() - std::chrono::nanoseconds(options.settle).count()) {
  open_inotify();
  counts_.fallback = !inotify_;
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
    if (watcher.counts_.fallback || !watcher.counts_.unreliable.empty()) {
      watcher.next_.unreliable = true;
      watcher.start();
    }
    watcher.schedule_poll();
  });
}

void LoopWatcher::schedule_debounce() {
  const auto next = debounce_.next();
  if (!next) return;
  uv_update_time(&loop_);
  start_timer(*debounce_timer_, *next - now(),
              [](uv_timer_t* timer) { owner(timer).on_debounce(); });
}

void LoopWatcher::open_inotify() {
  auto created = Inotify::create();
  if (!created) return;
  auto inotify = std::make_shared<Inotify>(std::move(*created));
  inotify_poll_ = make_poll(inotify->fd());
  if (!inotify_poll_) return;
  inotify_ = std::move(inotify);
  uv_poll_start(inotify_poll_.get(), UV_READABLE, [](uv_poll_t* poll, int, int) {
    owner(poll).drain();
    owner(poll).interpret();
  });
}

/// A mount hides a directory without an event; /proc/self/mountinfo has priority data whenever the
/// table changes (proc(5)).
void LoopWatcher::watch_mounts() {
  mountinfo_ = FileDescriptor(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!mountinfo_) return;
  mount_poll_ = make_poll(mountinfo_.get());
  if (!mount_poll_) return;
  uv_poll_start(mount_poll_.get(), UV_PRIORITIZED, [](uv_poll_t* poll, int, int) {
    owner(poll).everything_may_differ();
    owner(poll).schedule_debounce();
  });
}

void LoopWatcher::everything_may_differ() {
  debounce_.by(kEverything, std::max(now() + 5ms, full_pass_at_ + kBetweenFullPasses));
}

void LoopWatcher::drain() {
  if (!inotify_) return;
  std::vector<InotifyEvent> events = inotify_->drain();
  counts_.events += events.size();
  for (InotifyEvent& event : events) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      ++counts_.overflows;
      lost_events_ = true;
    } else if (raw_.size() < kMaxRawEvents) {
      raw_.push_back(std::move(event));
    } else {
      lost_events_ = true;
    }
  }
}

void LoopWatcher::interpret() {
  if (!targets_) return;
  uv_update_time(&loop_);
  for (const InotifyEvent& event : raw_) interpret(event, now());
  raw_.clear();
  if (lost_events_) everything_may_differ();
  schedule_debounce();
}

void LoopWatcher::interpret(const InotifyEvent& event, Debounce::Time at) {
  for (const std::string& path : targets_->affected(event)) {
    if ((event.mask & ~IN_MODIFY) != 0) {
      debounce_.prompt(path, at);
    } else {
      debounce_.writing(path, at);
    }
  }
}

void LoopWatcher::on_debounce() {
  next_.hinted.merge(debounce_.take(now()));
  if (next_.hinted.erase(kEverything) != 0) next_.everything = next_.explained = true;
  schedule_debounce();
  start();
}

void LoopWatcher::watch(base::Sightings seen) {
  if (closed_) return;
  next_.seen_since_ns =
      next_.replacement ? std::min(next_.seen_since_ns, seen_since_ns_) : seen_since_ns_;
  next_.replacement = std::move(seen);
  seen_since_ns_ = realtime_ns();
  reported_since_ = false;
  start();
}

void LoopWatcher::rescan() {
  if (closed_) return;
  if (!inotify_) open_inotify();
  next_.everything = true;
  start();
}

void LoopWatcher::start() {
  if (closed_ || job_ != nullptr || next_.empty()) return;
  auto job = std::make_unique<Job>();
  job->request.data = job.get();
  job->watcher = this;
  job->inotify = inotify_;
  job->targets = std::move(targets_);
  job->pass = std::exchange(next_, Pass{});
  job->pass.lost = job->pass.everything && std::exchange(lost_events_, false);
  job_ = job.release();
  uv_queue_work(
      &loop_, &job_->request,
      [](uv_work_t* request) {
        Job& running = *static_cast<Job*>(request->data);
        running.result = running.targets->run(running.pass, running.inotify.get());
      },
      [](uv_work_t* request, int) {
        const std::unique_ptr<Job> done(static_cast<Job*>(request->data));
        if (done->watcher != nullptr) done->watcher->finish(*done);
      });
}

void LoopWatcher::finish(Job& job) {
  job_ = nullptr;
  targets_ = std::move(job.targets);
  drain();
  interpret();
  for (const std::string& path : job.result.unstable) debounce_.by(path, now() + kUnstableRetry);
  for (const std::string& path : job.result.young)
    debounce_.by(path, now() + options_.settle + 1ms);
  schedule_debounce();
  account(job.result);
  if (job.pass.everything) {
    ++counts_.full_looks;
    full_pass_cpu_ = job.result.cpu;
    full_pass_at_ = now();
  }
  const std::uint64_t missed_now = missed(job);
  counts_.missed += missed_now;
  start();
  report({.paths = std::move(job.result.changed),
          .everything = job.pass.lost,
          .by_rescan = missed_now > 0});
}

void LoopWatcher::account(const PassResult& result) {
  counts_.watches = result.watches;
  counts_.fallback = !inotify_ || result.refused;
  counts_.unreliable = result.unreliable;
}

/// What only the rescan led to, unless the event was on its way.
std::uint64_t LoopWatcher::missed(const Job& job) const {
  return static_cast<std::uint64_t>(
      std::count_if(job.result.unexplained.begin(), job.result.unexplained.end(),
                    [this](const std::string& path) {
                      return !debounce_.hinted(path) && !next_.hinted.contains(path);
                    }));
}

void LoopWatcher::report(const FileChanges& changes) {
  if (changes.paths.empty()) return;
  if (!std::exchange(reported_since_, true)) seen_since_ns_ = realtime_ns();
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
  debounce_timer_.reset();
  rescan_timer_.reset();
  poll_timer_.reset();
  inotify_.reset();
  mountinfo_ = FileDescriptor();
}

}  // namespace

std::unique_ptr<Watcher> Watcher::create(uv_loop_t& loop, const WatchOptions& options,
                                         OnChange on_change) {
  return std::make_unique<LoopWatcher>(loop, options, std::move(on_change));
}

}  // namespace mtls::daemon
