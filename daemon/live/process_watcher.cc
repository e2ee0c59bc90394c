#include "daemon/live/process_watcher.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "daemon/system/loop.h"
#include "daemon/system/worker.h"
#include "running/process_facts.h"

namespace mtls::daemon::live {
namespace {

constexpr const char* kProc = "/proc";
// A quarter of the time for which a reload shows old and new workers side by side.
constexpr std::uint64_t kFastMilliseconds = running::Generations::kOverlapMilliseconds / 4;
constexpr std::uint64_t kSlowMilliseconds = 1'000;
// Where the kernel reports nothing, a reload can begin at any time.
constexpr std::uint64_t kBlindMilliseconds = running::Generations::kOverlapMilliseconds / 2;
constexpr std::int64_t kIdleMilliseconds = 900;  // a little less than a slow tick
// A master is found this late, and a second one, or a worker that somebody told to shut down.
constexpr std::int64_t kSearchMilliseconds = 2'000;
constexpr std::int64_t kLookMilliseconds = 5'000;
// Time stamps of files go in steps of up to 10 ms, and the watcher may read an event 5 ms late. So
// after an event the masters are looked at this often, a millisecond apart; each look costs 40
// microseconds. Not again soon: events may come without end.
constexpr int kBurst = 12;
constexpr std::int64_t kBetweenBursts = 100;
constexpr int kEarlyLooks = 6;
// Somebody who opened a configuration to make nginx reload it does so within this time, or opens
// it again.
constexpr std::int64_t kSettled = 1'000;
constexpr std::int64_t kLongestReload = 60'000;

// Older than a reload takes to end the workers before.
bool are_old(const std::vector<running::Worker>& workers) {
  const Clocks now = Clocks::now();
  return std::ranges::all_of(workers, [&](const running::Worker& worker) {
    return now.files_ns - now.instant_of(worker.started) >
           running::Generations::kSteadyMilliseconds * 1'000'000;
  });
}

template <class Handle>
void close_handle(Handle* handle) {
  uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) {
    const std::unique_ptr<Handle> freed(reinterpret_cast<Handle*>(closed));
  });
}

}  // namespace

struct ProcessWatcher::Job {
  uv_work_t request{};
  ProcessWatcher* owner = nullptr;  // null once it has closed
  std::shared_ptr<ProcessTable> table;
  ProcessTable::Look look;

  void run() { look = table->look(); }
  void finish() { owner->finish(*this); }
};

ProcessWatcher::ProcessWatcher(uv_loop_t& loop, ProcessTable::Describe describe, OnChange on_change)
    : loop_(loop),
      table_(std::make_shared<ProcessTable>(std::move(describe), kProc)),
      on_change_(std::move(on_change)),
      timer_(new uv_timer_t{}),
      burst_(new uv_timer_t{}) {
  for (uv_timer_t* timer : {timer_, burst_}) {
    uv_timer_init(&loop_, timer);
    timer->data = this;
  }
  open_inotify();
  ProcessTable::Look first = table_->look();
  looked_ms_ = first.at_ms;
  if (first.is_settled) take_in(first);
  set_pace(kFastMilliseconds);
}

void ProcessWatcher::open_inotify() {
  inotify_ = system::FileDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_) return;
  auto poll = std::make_unique<uv_poll_t>();
  if (uv_poll_init(&loop_, poll.get(), inotify_.get()) != 0) return;
  poll->data = this;
  const bool polls = system::start_polling(*poll, UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<ProcessWatcher*>(handle->data)->read_events();
  });
  poll_ = poll.release();
  if (!polls) close_handle(std::exchange(poll_, nullptr));
}

// A configuration that is another file now may have been opened before it was watched.
void ProcessWatcher::watch_configurations() {
  if (poll_ == nullptr) return;
  std::map<std::string, int> watched;
  for (auto& [pid, master] : followed_) {
    const int watch = ::inotify_add_watch(inotify_.get(), master.conf.c_str(), IN_OPEN);
    watched.emplace(master.conf, watch);
    if (std::exchange(master.watch, watch) != watch) configuration_opened(master);
  }
  for (const auto& [conf, watch] : watched_) {
    const bool is_kept = std::ranges::any_of(
        watched, [&, old = watch](const auto& entry) { return entry.second == old; });
    if (!is_kept && watch >= 0) ::inotify_rm_watch(inotify_.get(), watch);
  }
  watched_ = std::move(watched);
}

// A master opens its configuration before it starts workers, so a look that has new workers is
// taken in after that was read. What others open does not concern it.
bool ProcessWatcher::read_events() {
  alignas(inotify_event) std::array<char, 4096> events{};
  bool has_any = false;
  while (poll_ != nullptr) {
    const ssize_t size = ::read(inotify_.get(), events.data(), events.size());
    if (size <= 0) break;
    for (ssize_t at = 0; at < size;) {
      inotify_event event{};
      std::memcpy(&event, events.data() + at, sizeof event);
      at += static_cast<ssize_t>(sizeof event + event.len);
      const bool is_lost = (event.mask & IN_Q_OVERFLOW) != 0;
      for (auto& [pid, master] : followed_) {
        if (!is_lost && master.watch != event.wd) continue;
        configuration_opened(master);
        has_any = true;
      }
    }
  }
  return has_any;
}

void ProcessWatcher::configuration_opened(Followed& master) {
  master.may_reload = true;
  master.opened_ms = Clocks::now().monotonic_ms;
  set_pace(kFastMilliseconds);
}

void ProcessWatcher::set_pace(std::uint64_t milliseconds) {
  if (pace_ == milliseconds) return;
  pace_ = milliseconds;
  uv_update_time(&loop_);
  uv_timer_start(
      timer_, [](uv_timer_t* timer) { static_cast<ProcessWatcher*>(timer->data)->tick(); }, 0,
      pace_);
}

void ProcessWatcher::close() {
  if (std::exchange(closed_, true)) return;
  system::let_go(job_);
  close_handle(timer_);
  close_handle(burst_);
  if (poll_ != nullptr) close_handle(poll_);
}

void ProcessWatcher::tick() {
  const std::int64_t now = Clocks::now().monotonic_ms;
  bool differs = false;
  for (auto& [pid, master] : followed_) differs = read_children(master, now) || differs;
  if (differs) early_looks_ = kEarlyLooks;
  const std::int64_t late = followed_.empty() ? kSearchMilliseconds : kLookMilliseconds;
  const std::int64_t due = early_looks_ > 0 ? 0 : late;
  // The look that shows what became of the opened configuration has to begin after the master was
  // last seen idle.
  const bool is_over = is_over_soon(now);
  if ((may_any_reload(0) && !is_over) || now - idle_ms_ >= kIdleMilliseconds) note_idle();
  if (differs || is_over || now - looked_ms_ >= due) start_look();
}

// A master waits again, and a look will show what became of its opened configuration.
bool ProcessWatcher::is_over_soon(std::int64_t now_ms) const {
  return std::ranges::any_of(followed_, [&](const auto& entry) {
    const Followed& master = entry.second;
    return master.may_reload && master.watch >= 0 && now_ms - master.opened_ms > kSettled &&
           master.idle_ms > master.opened_ms + kSettled;
  });
}

// `since_ms`: opened since then.
bool ProcessWatcher::may_any_reload(std::int64_t since_ms) const {
  return std::ranges::any_of(followed_, [&](const auto& entry) {
    return entry.second.may_reload && entry.second.opened_ms >= since_ms;
  });
}

// True: they are others, or the master is gone, or it is known by now that all are of one
// generation.
bool ProcessWatcher::read_children(Followed& master, std::int64_t now_ms) {
  std::array<char, 4096> text{};
  const ssize_t got = ::pread(master.children.get(), text.data(), text.size(), 0);
  std::string children(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const bool is_same = !master.seen.empty() && children == master.last_children;
  if (is_same) {
    running::Children& seen = master.seen.back();
    seen.until_ms = now_ms;
    return !master.generations.is_settled() &&
           now_ms - seen.from_ms > running::Generations::kSteadyMilliseconds;
  }
  master.seen.push_back(
      {.from_ms = now_ms, .until_ms = now_ms, .pids = running::parse_children(children)});
  master.last_children = std::move(children);
  return true;
}

// The time is taken first: it may be too early and never too late.
void ProcessWatcher::note_idle() {
  const Clocks now = Clocks::now();
  idle_ms_ = now.monotonic_ms;
  for (auto& [pid, master] : followed_) {
    if (!waits_for_signals(kProc, pid)) continue;
    master.idle.note(now.files_ns);
    master.idle_ms = now.monotonic_ms;
  }
}

void ProcessWatcher::file_changed() {
  if (closed_ || followed_.empty()) return;
  watch_configurations();
  const std::int64_t now = Clocks::now().monotonic_ms;
  if (now > idle_ms_) note_idle();
  if (now - burst_ms_ < kBetweenBursts) return;
  burst_ms_ = now;
  burst_left_ = kBurst;
  uv_update_time(&loop_);
  uv_timer_start(
      burst_,
      [](uv_timer_t* timer) { static_cast<ProcessWatcher*>(timer->data)->note_idle_again(); }, 1,
      1);
}

void ProcessWatcher::note_idle_again() {
  note_idle();
  if (--burst_left_ <= 0) uv_timer_stop(burst_);
}

void ProcessWatcher::start_look() {
  if (closed_) return;
  if (job_ != nullptr) {
    look_again_ = true;
    return;
  }
  if (early_looks_ > 0) --early_looks_;
  looked_ms_ = Clocks::now().monotonic_ms;
  auto job = std::make_unique<Job>();
  job->owner = this;
  job->table = table_;
  job_ = system::start_work(loop_, std::move(job));
}

void ProcessWatcher::finish(Job& job) {
  job_ = nullptr;
  if (std::exchange(look_again_, false)) start_look();
  if (!job.look.is_settled) {
    early_looks_ = std::max(early_looks_, 1);
    return;
  }
  const std::shared_ptr<const running::ProcessView> before = view_;
  take_in(job.look);
  if (view_ != before) on_change_(view_);
}

void ProcessWatcher::take_in(ProcessTable::Look& look) {
  watch_configurations();
  read_events();
  auto view = std::make_shared<running::ProcessView>(std::move(look.view));
  std::erase_if(followed_, [&](const auto& entry) {
    return std::ranges::none_of(view->masters, [&](const running::Master& master) {
      return master.process.pid == entry.first && master.started == entry.second.started;
    });
  });
  for (running::Master& master : view->masters) follow(master, look.at_ms);
  if (!view_ || *view_ != *view) view_ = std::move(view);
  // A master that waits has ended what it began when the configuration was opened, and this look
  // came after that.
  for (auto& [pid, master] : followed_) {
    const bool is_over =
        master.idle_ms > master.opened_ms + kSettled && look.at_ms > master.idle_ms;
    if (is_over && master.watch >= 0) master.may_reload = false;
  }
  watch_configurations();
  const bool is_blind =
      std::ranges::any_of(followed_, [](const auto& entry) { return entry.second.watch < 0; });
  const bool is_fast = may_any_reload(look.at_ms - kLongestReload);
  set_pace(is_blind ? kBlindMilliseconds : is_fast ? kFastMilliseconds : kSlowMilliseconds);
}

void ProcessWatcher::follow(running::Master& master, std::int64_t at_ms) {
  const auto [entry, is_new] = followed_.try_emplace(master.process.pid);
  Followed& followed = entry->second;
  if (is_new) {
    const std::string number = std::to_string(master.process.pid);
    const std::string path = std::string(kProc) + "/" + number + "/task/" + number + "/children";
    followed.started = master.started;
    followed.opened_ms = Clocks::now().monotonic_ms;
    followed.children = system::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    read_children(followed, Clocks::now().monotonic_ms);
    if (are_old(master.workers)) followed.generations.settled();
  }
  followed.conf = master.build.conf;
  running::Children looked{.from_ms = at_ms, .until_ms = at_ms, .pids = {}};
  for (const running::Worker& worker : master.workers) looked.pids.push_back(worker.pid);
  const auto place = followed.seen.insert(
      std::ranges::upper_bound(followed.seen, at_ms, {}, &running::Children::from_ms),
      std::move(looked));
  followed.generations.see(master.workers, followed.seen, followed.may_reload);
  followed.seen.erase(
      place);  // how long the children have been the same is what read_children() saw
  followed.seen.erase(followed.seen.begin(), followed.seen.end() - 1);
  master.generation = followed.generations.current();
  if (!master.generation) return;
  if (followed.timed != master.generation->number) time_load(followed);
  master.load = followed.load;
}

void ProcessWatcher::time_load(Followed& followed) const {
  const running::Generation& generation = *followed.generations.current();
  followed.timed = generation.number;
  followed.load.before_ns = Clocks::now().instant_of(generation.started);
  followed.load.after_ns =
      generation.is_witnessed ? followed.idle.last_before(followed.load.before_ns) : std::nullopt;
}

}  // namespace mtls::daemon::live
