#include "daemon/app/log_job.h"

#include <string>
#include <utility>

#include "audit/loaded.h"
#include "audit/logs/error_logs.h"
#include "base/text.h"
#include "collectors/log_families.h"
#include "collectors/openmetrics.h"
#include "daemon/app/log_state.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {
namespace {

constexpr const char* kFile = "logs.json";
// A crash counts what came since then twice: once before, once after.
constexpr std::chrono::seconds kBetween{2};

}  // namespace

void LogJob::resume() {
  if (std::exchange(is_resumed_, true) || !directory_.is_there()) return;
  const auto text = directory_.read(kFile);
  if (!text) return;
  auto state = parse_log_state(*text, live::this_boot());
  if (!state) return directory_.set_aside(kFile, state.error().message);
  reader_.resume(std::move(*state));
}

void LogJob::keep() {
  const std::uint64_t mark = reader_.mark();
  if (!is_resumed_ || !directory_.is_there() || mark == kept_) return;
  kept_at_ = Clock::now();
  if (directory_.write(kFile, log_state_text(reader_.state(), live::this_boot()))) kept_ = mark;
}

void LogJob::keep_now_and_then() {
  if (Clock::now() - kept_at_ >= kBetween) keep();
}

void LogJob::plan(const audit::Snapshot& snapshot) {
  const running::Master* master = snapshot.master();
  Source source{.config = snapshot.config,
                .loaded = snapshot.loaded ? snapshot.loaded->config : nullptr,
                .policy = snapshot.policy,
                .master = master != nullptr ? master->process.pid : 0};
  if (source == source_) return;
  reader_.follow(std::make_shared<const running::VerifyPlan>(audit::logs::verify_plan(snapshot)));
  source_ = std::move(source);
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

void LogJob::render() {
  const std::vector<running::LogCounts> logs = reader_.logs();
  const bool is_compact =
      source_.policy && source_.policy->limits.detail == audit::MetricsDetail::kCompact;
  if (metrics_ && reader_.counts().version() == rendered_ && logs == rendered_logs_ &&
      is_compact == is_compact_) {
    return;
  }
  is_compact_ = is_compact;
  const collectors::Families families =
      collectors::log_families(reader_.counts(), logs, is_compact);
  auto metrics = std::make_shared<RenderedMetrics>();
  metrics->text = web::http::deflated_body_part(collectors::render(families));
  metrics->openmetrics = web::http::deflated_body_part(collectors::render_openmetrics(families));
  metrics_ = std::move(metrics);
  rendered_ = reader_.counts().version();
  rendered_logs_ = logs;
}

std::vector<live::LogReader::Emergency> LogJob::run(
    const std::shared_ptr<const audit::Snapshot>& snapshot, const std::vector<int>& processes) {
  resume();
  if (snapshot) plan(*snapshot);
  std::vector<live::LogReader::Emergency> emergencies = reader_.read(processes);
  tell();
  render();
  keep_now_and_then();
  return emergencies;
}

}  // namespace mtls::daemon::app
