#include "daemon/app/nginx_watch.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/text.h"
#include "daemon/system/log/log.h"
#include "daemon/system/worker.h"

namespace mtls::daemon::app {
namespace {

constexpr std::uint64_t kReadMilliseconds = 1'000;
// A look costs a stat(2) for each log. Where all are quiet it comes every four seconds.
constexpr int kMostSkipped = 3;
constexpr const char* kProc = "/proc";

}  // namespace

struct NginxWatch::Job {
  uv_work_t request{};
  NginxWatch* owner = nullptr;  // null once it has closed
  std::shared_ptr<LogJob> logs;
  std::shared_ptr<state::LoadedKeeper> keeper;
  std::shared_ptr<const audit::Snapshot> snapshot;       // nullptr: the same as for the last job
  std::shared_ptr<const audit::Snapshot> kept_snapshot;  // the last there is
  View view;
  std::vector<int> processes;
  int master = 0;          // 0: none
  bool asks_idle = false;  // a refused reload may be over
  std::vector<live::LogReader::Emergency> emergencies;
  bool is_idle = false;  // the master, after the lines

  void run() {
    try {
      emergencies = logs->run(snapshot, processes);
      snapshot.reset();
      if (kept_snapshot && view) keeper->look(*kept_snapshot, *view);
      kept_snapshot.reset();  // here: it may be the last one that holds it, and it is large
    } catch (const std::bad_alloc&) {
      return;  // the next look makes up for it
    }
    is_idle = master != 0 && (asks_idle || !emergencies.empty()) &&
              live::waits_for_signals(kProc, master);
  }

  void finish() { owner->finish(*this); }
};

NginxWatch::NginxWatch(const World& world, live::ProcessTable::Describe describe,
                       OnChange on_change)
    : loop_(world.loop),
      on_change_(std::move(on_change)),
      processes_(loop_, std::move(describe), [this](const View& processes) { take_in(processes); }),
      logs_(std::make_shared<LogJob>(world.state_directory)),
      keeper_(std::make_shared<state::LoadedKeeper>(world.state_directory, world.disk)),
      timer_(new uv_timer_t{}) {
  processes_view_ = processes_.view();
  refresh();
  uv_timer_init(&loop_, timer_);
  timer_->data = this;
  uv_timer_start(
      timer_, [](uv_timer_t* timer) { static_cast<NginxWatch*>(timer->data)->each_second(); },
      kReadMilliseconds, kReadMilliseconds);
}

void NginxWatch::close() {
  if (std::exchange(closed_, true)) return;
  processes_.close();
  system::let_go(job_);
  uv_close(reinterpret_cast<uv_handle_t*>(timer_), [](uv_handle_t* handle) {
    const std::unique_ptr<uv_timer_t> closed(reinterpret_cast<uv_timer_t*>(handle));
  });
}

void NginxWatch::take_in(const View& processes) {
  const View before = view_;
  processes_view_ = processes;
  refresh();
  if (view_ != before) on_change_(view_);
}

// The processes, with what the log adds. Of other configurations only the masters count.
void NginxWatch::refresh() {
  if (!processes_view_) return;
  auto view = std::make_shared<running::ProcessView>(*processes_view_);
  const running::Master* master = view->master_of(conf_);
  outcomes_.see(master);
  const std::string& refusal = outcomes_.counts().refusal;
  for (running::Master& one : view->masters) {
    if (!conf_.empty() && one.build.conf != conf_) {
      one = {.process = one.process, .started = one.started, .build = one.build};
    } else if (&one == master) {
      one.refusal = base::sanitize(refusal, base::kMaxPathBytes);
    }
  }
  if (!view_ || *view_ != *view) view_ = std::move(view);
}

void NginxWatch::published(const std::shared_ptr<const audit::Snapshot>& snapshot) {
  if (conf_ != snapshot->policy->nginx_conf) {
    conf_ = snapshot->policy->nginx_conf;
    refresh();
  }
  snapshot_ = snapshot;
  kept_snapshot_ = snapshot;
  if (!log_metrics_) start_reading();
}

std::shared_ptr<const audit::Remembered> NginxWatch::remembered() const {
  return keeper_->read([&](int pid, std::int64_t started) {
    return view_ && std::ranges::any_of(view_->masters, [&](const running::Master& master) {
             return master.process.pid == pid && master.started == started;
           });
  });
}

std::vector<int> NginxWatch::processes() const {
  std::vector<int> processes;
  if (!processes_view_) return processes;
  for (const running::Master& master : processes_view_->masters) {
    processes.push_back(master.process.pid);
    for (const running::Worker& worker : master.workers) processes.push_back(worker.pid);
  }
  return processes;
}

// One that shuts down counts too.
std::optional<base::sys_seconds> NginxWatch::oldest_worker() const {
  std::optional<std::int64_t> oldest;
  if (!processes_view_ || !processes_view_->is_visible) return std::nullopt;
  for (const running::Master& master : processes_view_->masters) {
    if (master.build.conf != conf_) continue;
    for (const running::Worker& worker : master.workers)
      oldest = std::min(oldest.value_or(worker.started), worker.started);
  }
  if (!oldest) return std::nullopt;
  const std::chrono::nanoseconds since(live::Clocks::now().instant_of(*oldest));
  return base::sys_seconds(std::chrono::floor<std::chrono::seconds>(since));
}

void NginxWatch::each_second() {
  if (job_ != nullptr || (is_quiet() && ++skipped_ <= kMostSkipped)) return;
  start_reading();
}

bool NginxWatch::is_quiet() const {
  return snapshot_ == nullptr && view_ == read_view_ && !outcomes_.is_under_way() &&
         logs_->is_quiet();
}

void NginxWatch::start_reading() {
  if (closed_ || job_ != nullptr) return;
  skipped_ = 0;
  read_view_ = view_;
  auto job = std::make_unique<Job>();
  job->owner = this;
  job->logs = logs_;
  job->keeper = keeper_;
  job->kept_snapshot = kept_snapshot_;
  job->view = view_;
  job->snapshot = std::exchange(snapshot_, nullptr);
  job->asks_idle = outcomes_.is_under_way();
  const running::Master* counted = view_ ? view_->master_of(conf_) : nullptr;
  if (counted != nullptr) job->master = counted->process.pid;
  job->processes = processes();
  job_ = system::start_work(loop_, std::move(job));
}

void NginxWatch::finish(Job& job) {
  job_ = nullptr;
  if (!snapshot_) snapshot_ = std::move(job.snapshot);
  log_metrics_ = logs_->metrics();
  losses_ = logs_->losses();
  for (const auto& [pid, message] : job.emergencies)
    outcomes_.read({.level = "emerg", .pid = pid, .message = message});
  if (logs_->is_behind()) start_reading();
  const std::uint64_t failures = outcomes_.counts().failures;
  if (job.is_idle) outcomes_.is_idle();
  if (outcomes_.counts().failures == failures) return;
  system::log::log_warn("nginx refused to reload",
                        {{"error", base::sanitize(outcomes_.counts().refusal)}});
  refresh();
  on_change_(view_);
}

}  // namespace mtls::daemon::app
