#include "reports/formats/check_nagios.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "reports/formats/plain_text.h"

namespace mtls::reports::formats {
namespace {

constexpr std::array<std::string_view, 3> kStates{"OK", "WARNING", "CRITICAL"};

std::size_t count(const Report& report, audit::Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(report.issues, severity, &Issue::severity));
}

// A plugin's text ends at `|`, where its numbers begin.
std::string safe(std::string text) {
  std::ranges::replace(text, '|', '!');
  return text;
}

std::string value(std::string_view label, std::size_t number) {
  return " " + std::string(label) + "=" + std::to_string(number) + ";;;0";
}

std::optional<base::sys_seconds> first_expiry(const Report& report) {
  std::optional<base::sys_seconds> first;
  for (const auto& server : report.assessment.snapshot.servers) {
    if (server->trust_until && (!first || *server->trust_until < *first))
      first = server->trust_until;
  }
  return first;
}

}  // namespace

int nagios_state(const Report& report) {
  if (!report.assessment.snapshot.nginx_errors().empty()) return 2;
  if (count(report, audit::Severity::kCritical) > 0) return 2;
  return count(report, audit::Severity::kWarning) > 0 ? 1 : 0;
}

std::string check_nagios(const Report& report) {
  const std::size_t critical = count(report, audit::Severity::kCritical);
  const std::size_t warning = count(report, audit::Severity::kWarning);
  const audit::Snapshot& snapshot = report.assessment.snapshot;
  std::string text =
      "NGINX MTLS " + std::string(kStates.at(static_cast<std::size_t>(nagios_state(report)))) +
      " - " + std::to_string(critical) + " critical, " + std::to_string(warning) + " warning";
  if (!report.issues.empty() && critical + warning > 0) {
    const Issue& worst = report.issues.front();
    text += ": " + std::string(worst.rule);
    if (!worst.server.empty()) text += " in " + base::sanitize(worst.server, base::kMaxPathBytes);
  }
  text = safe(text) + " |" + value("critical", critical) + value("warning", warning) +
         value("info", count(report, audit::Severity::kInfo)) +
         value("servers", snapshot.servers.size());
  if (const auto until = first_expiry(report)) {
    text += " trust_expiry=" + std::to_string((*until - snapshot.evaluated_at).count()) + "s;;;";
  }
  text += "\n";
  for (const Issue& issue : report.issues) {
    const FilePosition place = place_of(issue, report);
    std::string line = std::string(word(issue.severity)) + " " + std::string(issue.rule);
    if (!place.file.empty()) line += " " + written(place);
    text += safe(line + ": " + one_line(issue)) + "\n";
  }
  return text;
}

}  // namespace mtls::reports::formats
