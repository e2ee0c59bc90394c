#include "daemon/app/log_job.h"

#include <algorithm>
#include <string>
#include <utility>

#include "audit/loaded.h"
#include "audit/logs/error_logs.h"
#include "base/text.h"
#include "daemon/state/log_state.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {
namespace {

constexpr const char* kFile = "logs.json";
// A crash counts what came since then twice: once before, once after.
constexpr std::chrono::seconds kBetween{2};

template <class T>
bool is_same(const std::weak_ptr<T>& one, const std::weak_ptr<T>& other) {
  return !one.owner_before(other) && !other.owner_before(one);
}

}  // namespace

bool LogJob::Source::operator==(const Source& other) const {
  return is_same(config, other.config) && is_same(loaded, other.loaded) &&
         is_same(policy, other.policy) && master == other.master;
}

void LogJob::resume() {
  if (std::exchange(is_resumed_, true) || !directory_.is_there()) return;
  const auto text = directory_.read(kFile);
  if (!text) return;
  auto state = state::parse_log_state(*text, live::this_boot());
  if (!state) return directory_.set_aside(kFile, state.error().message);
  reader_.resume(std::move(*state));
}

void LogJob::keep() {
  const std::uint64_t mark = reader_.mark();
  if (!is_resumed_ || !directory_.is_there() || mark == kept_) return;
  kept_at_ = Clock::now();
  if (directory_.write(kFile, state::log_state_text(reader_.state(), live::this_boot())))
    kept_ = mark;
}

void LogJob::keep_now_and_then() {
  if (Clock::now() - kept_at_ >= kBetween) keep();
}

void LogJob::plan(const audit::Snapshot& snapshot) {
  const running::Master* master = snapshot.master();
  Source source{.config = snapshot.config,
                .loaded = snapshot.loaded ? snapshot.loaded->config
                                          : std::shared_ptr<const audit::ConfigView>(),
                .policy = snapshot.policy,
                .master = master != nullptr ? master->process.pid : 0};
  if (source == source_) return;
  reader_.follow(std::make_shared<const running::VerifyPlan>(audit::logs::verify_plan(snapshot)));
  source_ = std::move(source);
  is_compact_ = snapshot.policy->limits.detail == audit::MetricsDetail::kCompact;
}

// A log that cannot be read is no fault of the exporter's, but somebody should know.
void LogJob::tell() {
  for (const live::LogReader::Turn& turn : reader_.take_turns()) {
    const bool is_well = turn.state == live::LineSource::State::kReading;
    system::log::log_info(
        is_well ? "nginx's error log can be read again" : "nginx's error log cannot be read",
        {{"path", base::sanitize(turn.path, base::kMaxPathBytes)},
         {"reason", std::string(words(turn.state))}});
  }
}

// Samples that read the same as in `packed` are not compressed again.
void LogJob::pack(std::vector<collectors::LogFamily> families, std::vector<Packed>& packed) {
  std::vector<Packed> now;
  for (collectors::LogFamily& family : families) {
    const auto before = std::ranges::find(packed, family.name, &Packed::name);
    const bool is_same = before != packed.end() && *before->samples->text == family.samples;
    now.push_back({.name = family.name,
                   .header = web::http::deflated_body_part(family.header),
                   .openmetrics_header = web::http::deflated_body_part(family.openmetrics_header),
                   .samples = is_same ? before->samples
                                      : web::http::deflated_body_part(std::move(family.samples))});
  }
  packed = std::move(now);
}

// Each line of a log is another count of its lines, but hardly ever one of thousands of servers.
void LogJob::render() {
  const std::vector<running::LogCounts> logs = reader_.logs();
  const running::VerifyCounts& counts = reader_.counts();
  const running::LossCounts& losses = reader_.losses();
  const bool is_same = metrics_ && counts.version() == rendered_ && is_compact_ == was_compact_;
  if (is_same && logs == rendered_logs_ && losses == rendered_losses_) return;
  if (!is_same) pack(collectors::refusal_families(counts, is_compact_), refusals_);
  auto followed = collectors::log_families(logs, counts.foreign(), is_compact_);
  for (auto& family : collectors::loss_families(losses)) followed.push_back(std::move(family));
  pack(std::move(followed), followed_);
  was_compact_ = is_compact_;
  std::vector<const Packed*> families;
  for (const Packed& family : refusals_) families.push_back(&family);
  for (const Packed& family : followed_) families.push_back(&family);
  std::ranges::sort(families, {}, &Packed::name);
  std::vector<web::http::Part> text;
  std::vector<web::http::Part> openmetrics;
  for (const Packed* family : families) {
    text.insert(text.end(), {family->header, family->samples});
    openmetrics.insert(openmetrics.end(), {family->openmetrics_header, family->samples});
  }
  auto metrics = std::make_shared<RenderedMetrics>();
  metrics->text = web::http::joined_part(std::move(text));
  metrics->openmetrics = web::http::joined_part(std::move(openmetrics));
  metrics_ = std::move(metrics);
  rendered_ = counts.version();
  rendered_logs_ = logs;
  rendered_losses_ = losses;
}

std::vector<live::LogReader::Emergency> LogJob::run(
    const std::shared_ptr<const audit::Snapshot>& snapshot, const std::vector<int>& processes) {
  resume();
  if (snapshot) plan(*snapshot);
  std::vector<live::LogReader::Emergency> emergencies = reader_.read(processes);
  const std::uint64_t mark = reader_.mark();
  if (std::exchange(read_, mark) != mark) grew_at_ = Clock::now();
  tell();
  render();
  keep_now_and_then();
  return emergencies;
}

}  // namespace mtls::daemon::app
