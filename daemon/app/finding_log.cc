#include "daemon/app/finding_log.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "audit/rules/registry.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {
namespace {

using Key = std::tuple<std::string, std::string, std::string, std::string>;

FindingLine line_of(const audit::Snapshot& snapshot, const audit::Finding& finding) {
  FindingLine line{.rule = std::string(audit::rules::rule_of(finding.kind).id),
                   .severity = std::string(word(finding.severity)),
                   .server = finding.context ? finding.context->server : "",
                   .at = "",
                   .detail = finding.detail};
  if (finding.at) {
    line.at = snapshot.config->document->path_of(finding.at->file) + ":" +
              std::to_string(finding.at->line);
  }
  return line;
}

// By what stays the same when lines move, counted: two findings may be alike.
std::map<Key, std::vector<FindingLine>> lines_of(const audit::Snapshot* snapshot) {
  std::map<Key, std::vector<FindingLine>> lines;
  if (snapshot == nullptr) return lines;
  for (const audit::Finding& finding : snapshot->findings) {
    FindingLine line = line_of(*snapshot, finding);
    const std::string listen = finding.context ? finding.context->listen : "";
    lines[{line.rule, line.server + " " + listen, finding.path, line.detail}].push_back(line);
  }
  return lines;
}

using Log = void (*)(std::string_view message, system::log::LogFields fields);

// What is only worth knowing warns nobody.
Log log_for(const FindingLine& line, Log log) {
  return line.severity == word(audit::Severity::kInfo) ? system::log::log_info : log;
}

void write(std::string_view message, const std::vector<FindingLine>& lines, Log log) {
  const std::size_t shown = std::min(lines.size(), kMaxFindingLines);
  for (std::size_t i = 0; i < shown; ++i) {
    const FindingLine& line = lines[i];
    log_for(line, log)(message, {{"rule", line.rule},
                                 {"severity", line.severity},
                                 {"server", line.server},
                                 {"at", line.at},
                                 {"detail", line.detail}});
  }
  if (shown < lines.size()) log(message, {{"more", std::to_string(lines.size() - shown)}});
}

}  // namespace

FindingChanges finding_changes(const audit::Snapshot* previous, const audit::Snapshot& now) {
  FindingChanges changes;
  if (previous != nullptr && previous->findings == now.findings) return changes;
  auto before = lines_of(previous);
  for (auto& [key, lines] : lines_of(&now)) {
    auto& same = before[key];
    const std::size_t kept = std::min(same.size(), lines.size());
    changes.began.insert(changes.began.end(), lines.begin() + static_cast<long>(kept), lines.end());
    same.erase(same.begin(), same.begin() + static_cast<long>(kept));
  }
  for (const auto& [key, lines] : before) {
    changes.ended.insert(changes.ended.end(), lines.begin(), lines.end());
  }
  return changes;
}

void log_findings(const FindingChanges& changes) {
  write("finding", changes.began, system::log::log_warn);
  write("finding ended", changes.ended, system::log::log_info);
}

}  // namespace mtls::daemon::app
