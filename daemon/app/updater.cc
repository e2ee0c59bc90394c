#include "daemon/app/updater.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>

#include "base/shortage.h"
#include "daemon/app/finding_log.h"
#include "daemon/system/log/log.h"
#include "daemon/system/memory.h"

namespace mtls::daemon::app {
namespace {

using std::chrono::milliseconds;

// A file is looked at again this long after it stopped parsing. The last look turns its state into
// a finding (F4).
constexpr std::array kSettling{milliseconds{100}, milliseconds{400}, milliseconds{900},
                               milliseconds{1400}, milliseconds{4400}};
// A file that only became shorter is taken as complete after this.
constexpr milliseconds kResting{900};
// The horizon is a wall-clock instant, but timers are monotonic: this often the exporter checks
// whether the two have drifted apart. A clock that is set is reported by time_jumped().
constexpr milliseconds kLongestSleep{30'000};

// After the old Snapshot was freed: the watcher and the look at the logs are done with it too.
// While changes come one after the other, freed memory is needed again at once.
constexpr milliseconds kUntilReturn{1'000};

// What was lacking may be available again; waiting costs nothing but time.
constexpr milliseconds kRetry{1'000};

base::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

milliseconds until_next_look(std::chrono::steady_clock::duration settling_for) {
  for (const milliseconds look : kSettling) {
    if (look > settling_for) return std::chrono::ceil<milliseconds>(look - settling_for);
  }
  return milliseconds{0};
}

void merge(audit::Changes more, audit::Changes& changes) {
  changes.paths.merge(more.paths);
  changes.complete.merge(more.complete);
  changes.settled.merge(more.settled);
  changes.rested.merge(more.rested);
  changes.everything |= more.everything;
  changes.horizon |= more.horizon;
}

}  // namespace

struct Updater::Job {
  uv_work_t work{};
  Updater* updater = nullptr;
  system::TimeoutFileSystem* disk = nullptr;
  std::shared_ptr<const audit::Policy> policy;
  std::shared_ptr<const audit::Snapshot> previous;
  std::shared_ptr<const running::ProcessView> processes;
  std::shared_ptr<const audit::ProbeAnswers> probe_answers;
  std::shared_ptr<const audit::Remembered> remembered;
  std::shared_ptr<const audit::ObservedTruth> observed_truth;
  audit::Changes changes;
  Request answers = 0;
  std::string trigger;
  std::shared_ptr<MetricsPayload> metrics;

  std::shared_ptr<const audit::Snapshot> snapshot;
  std::shared_ptr<const Payload> payload;
  double seconds = 0;                      // the evaluation took this long
  std::optional<base::Shortage> shortage;  // the result is then not to be trusted

  // Worker thread. Lack of memory throws in C++, and comes out of C libraries looking like bad
  // input.
  void evaluate() {
    const base::ShortageWatch watch;
    const system::GivesUpWithoutMemory gives_up;
    try {
      compute();
    } catch (const std::bad_alloc&) {
      base::note(base::Shortage::kMemory);
    }
    shortage = watch.seen();
    if (shortage) {  // freed here and not on the loop thread: it may be large
      snapshot.reset();
      payload.reset();
      metrics->forget();
    }
  }

  std::optional<audit::PathTimes> times_of(const std::string& path) const {
    const auto times = disk->times(path);
    if (!times) return std::nullopt;
    return audit::PathTimes{.changed_ns = times->changed_ns, .moved_ns = times->moved_ns};
  }

  void compute() {
    const auto begin = std::chrono::steady_clock::now();
    snapshot =
        audit::build({.policy = *policy,
                      .disk = *disk,
                      .now = wall_clock(),
                      .previous = previous,
                      .changes = changes,
                      .processes = processes,
                      .probe_answers = probe_answers,
                      .observed_truth = observed_truth,
                      .changed_at = [this](const std::string& path) { return times_of(path); },
                      .remembered = remembered});
    payload = metrics->of(snapshot);
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
};

Updater::Updater(const World& world, OnEvaluated on_evaluated, OnRefused on_refused)
    : world_(world),
      on_evaluated_(std::move(on_evaluated)),
      on_refused_(std::move(on_refused)),
      metrics_(std::make_shared<MetricsPayload>(world.blackbox)) {
  for (auto* timer : timers()) {
    uv_timer_init(&world_.loop, timer);
    timer->data = this;
  }
}

Updater::Request Updater::adopt(audit::Policy policy, const std::string& trigger) {
  policy_ = std::make_shared<const audit::Policy>(std::move(policy));
  audit::Changes changes;
  changes.everything = true;
  return request(std::move(changes), trigger);
}

Updater::Request Updater::files_changed(const watch::FileChanges& changes) {
  audit::Changes wanted;
  wanted.paths = changes.paths;
  wanted.complete = changes.complete;
  wanted.everything = changes.everything;
  return request(std::move(wanted), changes.by_rescan ? "rescan" : "watch");
}

void Updater::nginx_changed(std::shared_ptr<const running::ProcessView> processes) {
  processes_ = std::move(processes);
  request({}, "nginx");
}

void Updater::probed(std::shared_ptr<const audit::ProbeAnswers> answers) {
  probe_answers_ = std::move(answers);
  request({}, "nginx");
}

void Updater::observed(std::shared_ptr<const audit::ObservedTruth> truth) {
  observed_truth_ = std::move(truth);
  request({}, "nginx");
}

int Updater::master_pid() const {
  const running::Master* master =
      processes_ && policy_ ? processes_->master_of(policy_->nginx_conf) : nullptr;
  return master != nullptr ? master->process.pid : 0;
}

// Before the first evaluation there is nothing that time could have changed.
void Updater::time_jumped() {
  if (!snapshot_) return;
  audit::Changes changes;
  changes.horizon = true;
  request(std::move(changes), "horizon");
}

Updater::Request Updater::request(audit::Changes changes, const std::string& trigger) {
  const Request number = ++requested_;
  std::erase_if(pending_.complete, [&](const auto& path) { return changes.paths.contains(path); });
  merge(std::move(changes), pending_);
  if (pending_trigger_.empty() || trigger == "signal") pending_trigger_ = trigger;
  if (!busy_ && !closed_) run();
  return number;
}

void Updater::run() {
  auto job = std::make_unique<Job>();
  job->updater = this;
  job->disk = &world_.disk;
  job->policy = policy_;
  job->previous = snapshot_;
  job->processes = processes_;
  job->probe_answers = probe_answers_;
  job->remembered = remembered_;
  job->observed_truth = observed_truth_;
  job->changes = std::exchange(pending_, {});
  job->answers = requested_;
  job->trigger = std::exchange(pending_trigger_, {});
  job->metrics = metrics_;
  job->work.data = job.get();
  busy_ = true;
  uv_queue_work(
      &world_.loop, &job.release()->work,
      [](uv_work_t* work) { static_cast<Job*>(work->data)->evaluate(); },
      [](uv_work_t* work, int /*status*/) {
        std::unique_ptr<Job> done(static_cast<Job*>(work->data));
        Updater* updater = done->updater;
        updater->finished(std::move(done));
      });
}

void Updater::finished(std::unique_ptr<Job> job) {
  busy_ = false;
  if (closed_) return;
  if (job->shortage) return refused(*job);
  log_findings(finding_changes(snapshot_.get(), *job->snapshot));
  snapshot_ = job->snapshot;
  answered_ = job->answers;
  ++counts_.evaluations[job->trigger];
  counts_.generation = snapshot_->generation;
  counts_.last_evaluation = snapshot_->evaluated_at;
  counts_.last_duration_seconds = job->seconds;
  report(*snapshot_);
  report_limit(job->payload->series_over_limit);
  on_evaluated_(snapshot_, {.payload = job->payload, .counts = counts_});
  schedule_horizon();
  schedule_settling();
  free_elsewhere(std::move(job));
  if (!pending_trigger_.empty()) run();
}

// The Snapshot that was replaced is large; the loop has something better to do.
void Updater::free_elsewhere(std::unique_ptr<Job> job) {
  job->work = {};
  job->work.data = job.get();
  const auto queued = uv_queue_work(
      &world_.loop, &job->work,
      [](uv_work_t* work) {
        auto* done = static_cast<Job*>(work->data);
        done->previous.reset();
        done->snapshot.reset();
        done->payload.reset();
      },
      [](uv_work_t* work, int /*status*/) {
        const std::unique_ptr<Job> ended(static_cast<Job*>(work->data));
        ended->updater->return_memory_soon();
      });
  if (queued == 0) [[maybe_unused]]
    auto* of_the_loop = job.release();
}

// What the evaluation replaced and needed for itself is free soon after.
void Updater::return_memory_soon() {
  if (closed_ || uv_is_active(reinterpret_cast<const uv_handle_t*>(&memory_timer_)) != 0) return;
  uv_update_time(&world_.loop);
  uv_timer_start(
      &memory_timer_,
      [](uv_timer_t* timer) { static_cast<Updater*>(timer->data)->return_memory(); },
      static_cast<std::uint64_t>(kUntilReturn.count()), 0);
}

// On a worker.
void Updater::return_memory() {
  auto work = std::make_unique<uv_work_t>();
  const auto queued = uv_queue_work(
      &world_.loop, work.get(), [](uv_work_t*) { system::return_free_memory(); },
      [](uv_work_t* done, int /*status*/) { const std::unique_ptr<uv_work_t> ended(done); });
  if (queued == 0) [[maybe_unused]]
    auto* of_the_loop = work.release();
}

// What it should have looked at stays pending; the next evaluation covers it, whatever triggers it.
void Updater::refused(Job& job) {
  ++counts_.refused[*job.shortage];
  const std::string_view reason = word(*job.shortage);
  if (limiter_.admit("", reason, system::log::LogLimiter::Time::clock::now())) {
    system::log::log_error("evaluation discarded, the last good one stays; trying again",
                           {{"reason", reason}});
  }
  merge(std::move(job.changes), pending_);
  if (pending_trigger_.empty()) pending_trigger_ = job.trigger;
  on_refused_(counts_);
  uv_update_time(&world_.loop);
  uv_timer_start(
      &retry_timer_,
      [](uv_timer_t* timer) {
        auto* updater = static_cast<Updater*>(timer->data);
        if (!updater->busy_ && !updater->pending_trigger_.empty()) updater->run();
      },
      static_cast<std::uint64_t>(kRetry.count()), 0);
}

void Updater::schedule_horizon() {
  milliseconds wait = kLongestSleep;
  if (snapshot_->next_change_at) {
    const auto left = std::chrono::ceil<milliseconds>(*snapshot_->next_change_at -
                                                      std::chrono::system_clock::now());
    wait = std::clamp(left, milliseconds{0}, kLongestSleep);
  }
  uv_update_time(&world_.loop);  // timers count from the loop's idea of now, which may be late
  uv_timer_start(
      &horizon_timer_, [](uv_timer_t* timer) { static_cast<Updater*>(timer->data)->on_horizon(); },
      static_cast<std::uint64_t>(wait.count()), 0);
}

void Updater::on_horizon() {
  const base::sys_seconds now = wall_clock();
  const bool reached = snapshot_->next_change_at && now >= *snapshot_->next_change_at;
  const bool clock_went_back = now < snapshot_->evaluated_at;
  if (!reached && !clock_went_back) return schedule_horizon();
  audit::Changes changes;
  changes.horizon = true;
  request(std::move(changes), "horizon");
}

// Each file settles by its own clock, which evaluations for other reasons do not reset.
void Updater::schedule_settling() {
  const auto now = std::chrono::steady_clock::now();
  const auto before = std::exchange(settling_since_, {});
  milliseconds wait = kSettling.back();
  for (const std::string& path : snapshot_->settling()) {
    const auto known = before.find(path);
    const auto since = known == before.end() ? now : known->second;
    settling_since_.emplace(path, since);
    wait = std::min(wait, until_next_look(now - since));
  }
  if (settling_since_.empty()) {
    uv_timer_stop(&settling_timer_);
    return;
  }
  uv_update_time(&world_.loop);
  uv_timer_start(
      &settling_timer_,
      [](uv_timer_t* timer) { static_cast<Updater*>(timer->data)->on_settling(); },
      static_cast<std::uint64_t>(wait.count()), 0);
}

void Updater::on_settling() {
  const auto now = std::chrono::steady_clock::now();
  audit::Changes changes;
  for (const auto& [path, since] : settling_since_) {
    changes.paths.insert(path);
    if (now - since >= kResting) changes.rested.insert(path);
    if (now - since >= kSettling.back()) changes.settled.insert(path);
  }
  request(std::move(changes), "watch");
}

void Updater::report(const audit::Snapshot& snapshot) {
  const auto now = system::log::LogLimiter::Time::clock::now();
  for (const audit::NginxError& error : snapshot.nginx_errors()) {
    const std::string text = error.text();
    if (limiter_.admit(text, "config", now))
      system::log::log_warn("nginx would refuse this configuration", {{"error", text}});
  }
  for (const auto& [path, file] : snapshot.material) {
    if (file->error && limiter_.admit(path, word(file->error->code), now)) {
      system::log::log_warn("cannot read a file that the nginx configuration refers to",
                            {{"error", file->error->message}});
    }
  }
  system::log::log_debug("evaluated", {{"generation", std::to_string(snapshot.generation)},
                                       {"servers", std::to_string(snapshot.servers.size())},
                                       {"files", std::to_string(snapshot.material.size())}});
}

// Logs one line when the limit is exceeded, and one when it no longer is.
void Updater::report_limit(std::size_t series_over_limit) {
  const bool is_over = series_over_limit > 0;
  if (std::exchange(is_over_limit_, is_over) == is_over) return;
  const std::string_view state = is_over ? "begins" : "ends";
  if (!limiter_.admit("", state, system::log::LogLimiter::Time::clock::now())) return;
  if (is_over) {
    system::log::log_warn("limits.max_series exceeded: the series of single CAs are left out",
                          {{"max_series", std::to_string(policy_->limits.max_series)},
                           {"omitted", std::to_string(series_over_limit)}});
  } else {
    system::log::log_info(
        "limits.max_series no longer exceeded: the series of single CAs are back");
  }
}

void Updater::close() {
  closed_ = true;
  for (auto* timer : timers()) uv_close(reinterpret_cast<uv_handle_t*>(timer), nullptr);
}

}  // namespace mtls::daemon::app
