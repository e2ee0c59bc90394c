// One look at nginx's error logs, on a worker: which there are, what came since the last look, and
// the metrics of it. Where it stopped is kept for the next process. The loop thread hands one in
// and takes it back.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audit/snapshot.h"
#include "collectors/log_families.h"
#include "daemon/app/published.h"
#include "daemon/live/log_reader.h"
#include "daemon/state/state_directory.h"

namespace mtls::daemon::app {

/// What stays from look to look.
class LogJob {
 public:
  /// `state_directory`: "": the next process begins at the ends of the logs.
  explicit LogJob(std::string state_directory) : directory_(std::move(state_directory)) {}

  /// `snapshot`: the last that was published, nullptr if it is none since the last look.
  /// `processes`: nginx's.
  std::vector<live::LogReader::Emergency> run(
      const std::shared_ptr<const audit::Snapshot>& snapshot, const std::vector<int>& processes);

  /// nullptr before the first look.
  const std::shared_ptr<const RenderedMetrics>& metrics() const { return metrics_; }
  /// Lines of the observer that nginx could not send.
  const running::LossCounts& losses() const { return rendered_losses_; }
  bool is_behind() const { return reader_.is_behind(); }
  /// No log has grown for a minute.
  bool is_quiet() const { return Clock::now() - grew_at_ > std::chrono::minutes{1}; }
  /// Writes where it stopped, if that is not written yet.
  void keep();

 private:
  using Clock = std::chrono::steady_clock;

  void resume();
  void keep_now_and_then();
  void plan(const audit::Snapshot& snapshot);
  void tell();
  void render();

  /// A family, compressed.
  struct Packed {
    std::string name;
    web::http::Part header;
    web::http::Part openmetrics_header;
    web::http::Part samples;
  };
  static void pack(std::vector<collectors::LogFamily> families, std::vector<Packed>& packed);

  /// What the plan was made from. Keeps none of it alive.
  struct Source {
    std::weak_ptr<const audit::ConfigView> config;
    std::weak_ptr<const audit::ConfigView> loaded;
    std::weak_ptr<const audit::Policy> policy;
    int master = 0;

    bool operator==(const Source& other) const;
  };

  state::StateDirectory directory_;
  bool is_resumed_ = false;
  std::uint64_t kept_ = 0;  // the mark of what is written
  Clock::time_point kept_at_{};
  Source source_;
  live::LogReader reader_;
  std::uint64_t read_ = 0;  // the mark after the last look
  Clock::time_point grew_at_ = Clock::now();
  std::shared_ptr<const RenderedMetrics> metrics_;
  std::uint64_t rendered_ = 0;  // the version of the counts
  std::vector<running::LogCounts> rendered_logs_;
  running::LossCounts rendered_losses_;  // as of the last look
  bool is_compact_ = false;              // as the settings say
  bool was_compact_ = false;
  std::vector<Packed> refusals_;  // of that version
  std::vector<Packed> followed_;
};

}  // namespace mtls::daemon::app
