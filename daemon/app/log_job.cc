#include "daemon/app/log_job.h"

#include <string>

#include "audit/loaded.h"
#include "audit/logs/error_logs.h"
#include "base/text.h"
#include "collectors/log_families.h"
#include "collectors/openmetrics.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {

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
    const bool is_well = turn.state == live::LogFollower::State::kReading;
    system::log::log_info(
        is_well ? "nginx's error log can be read again" : "nginx's error log cannot be read",
        {{"path", base::sanitize(turn.path, base::kMaxPathBytes)},
         {"reason", std::string(words(turn.state))}});
  }
}

void LogJob::render() {
  const std::vector<running::LogCounts> logs = reader_.logs();
  if (metrics_ && reader_.counts().version() == rendered_ && logs == rendered_logs_) return;
  const collectors::Families families = collectors::log_families(reader_.counts(), logs);
  auto metrics = std::make_shared<LogMetrics>();
  metrics->text = web::http::deflated_body_part(collectors::render(families));
  metrics->openmetrics = web::http::deflated_body_part(collectors::render_openmetrics(families));
  metrics_ = std::move(metrics);
  rendered_ = reader_.counts().version();
  rendered_logs_ = logs;
}

std::vector<live::LogReader::Emergency> LogJob::run(
    const std::shared_ptr<const audit::Snapshot>& snapshot, const std::vector<int>& processes) {
  if (snapshot) plan(*snapshot);
  std::vector<live::LogReader::Emergency> emergencies = reader_.read(processes);
  tell();
  render();
  return emergencies;
}

}  // namespace mtls::daemon::app
