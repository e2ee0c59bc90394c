// One look at nginx's error logs, on a worker: which there are, what came since the last look, and
// the metrics of it. The loop thread hands one in and takes it back.
#pragma once

#include <memory>
#include <vector>

#include "audit/snapshot.h"
#include "daemon/app/published.h"
#include "daemon/live/log_reader.h"

namespace mtls::daemon::app {

/// What stays from look to look.
class LogJob {
 public:
  /// `snapshot`: the last that was published, nullptr if it is none since the last look.
  /// `processes`: nginx's.
  std::vector<live::LogReader::Emergency> run(
      const std::shared_ptr<const audit::Snapshot>& snapshot, const std::vector<int>& processes);

  /// nullptr before the first look.
  const std::shared_ptr<const LogMetrics>& metrics() const { return metrics_; }
  bool is_behind() const { return reader_.is_behind(); }

 private:
  void plan(const audit::Snapshot& snapshot);
  void tell();
  void render();

  /// What the plan was made from.
  struct Source {
    std::shared_ptr<const audit::ConfigView> config;
    std::shared_ptr<const audit::ConfigView> loaded;
    std::shared_ptr<const audit::Policy> policy;
    int master = 0;

    bool operator==(const Source&) const = default;
  };

  Source source_;
  live::LogReader reader_;
  std::shared_ptr<const LogMetrics> metrics_;
  std::uint64_t rendered_ = 0;  // the version of the counts
  std::vector<running::LogCounts> rendered_logs_;
};

}  // namespace mtls::daemon::app
