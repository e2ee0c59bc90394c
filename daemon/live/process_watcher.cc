#include "daemon/live/process_watcher.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "running/process_facts.h"

namespace mtls::daemon::live {
namespace {

constexpr const char* kProc = "/proc";
// Half of the time for which a reload shows old and new workers side by side, so that two looks
// fall into it even if one is late.
constexpr std::uint64_t kTickMilliseconds = running::Generations::kOverlapMilliseconds / 2;
constexpr std::int64_t kIdleMilliseconds = 1'000;
// New masters, and workers that were told to shut down, are found this late.
constexpr std::int64_t kLookMilliseconds = 2'000;
// Time stamps of files go in steps of up to 10 ms, and the watcher may read an event 5 ms late. So
// after an event the masters are looked at this often, a millisecond apart; each look costs 40
// microseconds. Not again soon: events may come without end.
constexpr int kBurst = 12;
constexpr std::int64_t kBetweenBursts = 100;
constexpr int kEarlyLooks = 6;

}  // namespace

struct ProcessWatcher::Job {
  uv_work_t request{};
  ProcessWatcher* watcher = nullptr;  // null once it has closed
  std::shared_ptr<ProcessTable> table;
  ProcessTable::Look look;
};

ProcessWatcher::ProcessWatcher(uv_loop_t& loop, ProcessTable::Describe describe, OnChange on_change)
    : loop_(loop),
      table_(std::make_shared<ProcessTable>(std::move(describe), kProc)),
      on_change_(std::move(on_change)),
      timer_(new uv_timer_t{}),
      burst_(new uv_timer_t{}) {
  ProcessTable::Look first = table_->look();
  looked_ms_ = first.at_ms;
  if (first.is_settled) take_in(first);
  for (uv_timer_t* timer : {timer_, burst_}) {
    uv_timer_init(&loop_, timer);
    timer->data = this;
  }
  uv_timer_start(
      timer_, [](uv_timer_t* timer) { static_cast<ProcessWatcher*>(timer->data)->tick(); }, 0,
      kTickMilliseconds);
}

void ProcessWatcher::close() {
  if (std::exchange(closed_, true)) return;
  if (job_ != nullptr) {
    job_->watcher = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&job_->request));
  }
  for (uv_timer_t* timer : {timer_, burst_}) {
    uv_close(reinterpret_cast<uv_handle_t*>(timer), [](uv_handle_t* handle) {
      const std::unique_ptr<uv_timer_t> closed(reinterpret_cast<uv_timer_t*>(handle));
    });
  }
}

void ProcessWatcher::tick() {
  const std::int64_t now = Clocks::now().monotonic_ms;
  bool differs = false;
  for (auto& [pid, master] : followed_) differs = read_children(master, now) || differs;
  if (differs) early_looks_ = kEarlyLooks;
  const std::int64_t due = early_looks_ > 0 ? 0 : kLookMilliseconds;
  if (now - idle_ms_ >= kIdleMilliseconds) note_idle();
  if (differs || now - looked_ms_ >= due) start_look();
}

// True: they are others, or the master is gone.
bool ProcessWatcher::read_children(Followed& master, std::int64_t now_ms) {
  std::array<char, 4096> text{};
  const ssize_t got = ::pread(master.children.get(), text.data(), text.size(), 0);
  std::string children(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const bool is_same = !master.seen.empty() && children == master.last_children;
  if (is_same) {
    master.seen.back().until_ms = now_ms;
    return false;
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
    if (waits_for_signals(kProc, pid)) master.idle.note(now.files_ns);
  }
}

void ProcessWatcher::file_changed() {
  if (closed_ || followed_.empty()) return;
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
  job->request.data = job.get();
  job->watcher = this;
  job->table = table_;
  job_ = job.release();
  uv_queue_work(
      &loop_, &job_->request,
      [](uv_work_t* request) {
        auto* looking = static_cast<Job*>(request->data);
        looking->look = looking->table->look();
      },
      [](uv_work_t* request, int status) {
        const std::unique_ptr<Job> done(static_cast<Job*>(request->data));
        if (done->watcher != nullptr && status == 0) done->watcher->finish(*done);
      });
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
  auto view = std::make_shared<running::ProcessView>(std::move(look.view));
  std::erase_if(followed_, [&](const auto& entry) {
    return std::ranges::none_of(view->masters, [&](const running::Master& master) {
      return master.process.pid == entry.first && master.started == entry.second.started;
    });
  });
  for (running::Master& master : view->masters) follow(master, look.at_ms);
  if (!view_ || *view_ != *view) view_ = std::move(view);
}

void ProcessWatcher::follow(running::Master& master, std::int64_t at_ms) {
  const auto [entry, is_new] = followed_.try_emplace(master.process.pid);
  Followed& followed = entry->second;
  if (is_new) {
    const std::string number = std::to_string(master.process.pid);
    const std::string path = std::string(kProc) + "/" + number + "/task/" + number + "/children";
    followed.started = master.started;
    followed.children = system::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    read_children(followed, Clocks::now().monotonic_ms);
  }
  running::Children looked{.from_ms = at_ms, .until_ms = at_ms, .pids = {}};
  for (const running::Worker& worker : master.workers) looked.pids.push_back(worker.pid);
  followed.seen.insert(
      std::ranges::upper_bound(followed.seen, at_ms, {}, &running::Children::from_ms),
      std::move(looked));
  followed.generations.see(master.workers, followed.seen);
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
