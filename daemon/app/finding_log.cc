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
using Lines = std::map<Key, std::vector<FindingLine>>;

FindingLine line_of(const audit::Snapshot& snapshot, const audit::Finding& finding) {
  FindingLine line{.rule = std::string(audit::rules::rule_of(finding.kind).id),
                   .severity = std::string(word(finding.severity)),
                   .server = finding.context ? finding.context->server : "",
                   .at = "",
                   .detail = finding.detail};
  if (finding.accepted) line.detail += " (accepted: " + finding.accepted->reason + ")";
  if (finding.at) {
    line.at = snapshot.config->document->path_of(finding.at->file) + ":" +
              std::to_string(finding.at->line);
  }
  return line;
}

using Parts = std::vector<audit::FindingList::Part>;

// By what stays the same when lines move, counted: two findings may be alike.
Lines lines_of(const audit::Snapshot* snapshot, const Parts& parts, bool is_accepted) {
  Lines lines;
  for (const auto& part : parts) {
    for (const audit::Finding& finding : *part) {
      if (finding.accepted.has_value() != is_accepted) continue;
      FindingLine line = line_of(*snapshot, finding);
      const std::string listen = finding.context ? finding.context->listen : "";
      lines[{line.rule, line.server + " " + listen, finding.path, finding.detail}].push_back(line);
    }
  }
  return lines;
}

// What `all` has beyond `others`.
Lines without(Lines all, const Lines& others) {
  for (auto& [key, lines] : all) {
    const auto same = others.find(key);
    if (same == others.end()) continue;
    const std::size_t kept = std::min(same->second.size(), lines.size());
    lines.erase(lines.begin(), lines.begin() + static_cast<long>(kept));
  }
  return all;
}

std::vector<FindingLine> flat(const Lines& all) {
  std::vector<FindingLine> flat;
  for (const auto& [key, lines] : all) flat.insert(flat.end(), lines.begin(), lines.end());
  return flat;
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
  static const audit::FindingList kNone;
  const audit::FindingList& known = previous != nullptr ? previous->findings : kNone;
  FindingChanges changes;
  if (previous != nullptr && known == now.findings) return changes;
  const Parts old = known.without_parts_of(now.findings);
  const Parts fresh = now.findings.without_parts_of(known);
  const Lines before = lines_of(previous, old, false);
  const Lines counted = lines_of(&now, fresh, false);
  const Lines accepted = lines_of(&now, fresh, true);
  changes.began = flat(without(counted, before));
  changes.ended = flat(without(without(before, counted), accepted));
  changes.accepted = flat(without(accepted, lines_of(previous, old, true)));
  return changes;
}

void log_findings(const FindingChanges& changes) {
  write("finding", changes.began, system::log::log_warn);
  write("finding ended", changes.ended, system::log::log_info);
  write("finding accepted", changes.accepted, system::log::log_info);
}

}  // namespace mtls::daemon::app
