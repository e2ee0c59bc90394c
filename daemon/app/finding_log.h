// Which findings an evaluation brought and which it ended, one log line each. A finding that is
// accepted counts as ended. Pure but for the log.
#pragma once

#include <string>
#include <vector>

#include "audit/snapshot.h"

namespace mtls::daemon::app {

struct FindingLine {
  std::string rule;
  std::string severity;
  std::string server;  // "": of the whole host
  std::string at;      // FILE:LINE; "": no line of the configuration
  std::string detail;  // of an accepted one with the reason

  bool operator==(const FindingLine&) const = default;
};

struct FindingChanges {
  std::vector<FindingLine> began;
  std::vector<FindingLine> ended;
  std::vector<FindingLine> accepted;  // since now
};

/// A finding that only moved to another line neither ends nor begins. One whose acceptance ends
/// begins. `previous` nullptr: all begin.
FindingChanges finding_changes(const audit::Snapshot* previous, const audit::Snapshot& now);

/// Logs at most this many lines a change, and how many more there were.
inline constexpr std::size_t kMaxFindingLines = 50;
void log_findings(const FindingChanges& changes);

}  // namespace mtls::daemon::app
