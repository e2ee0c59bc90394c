#include "reports/formats/check_text.h"

#include <algorithm>
#include <array>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "config/syntax/excerpt.h"
#include "reports/formats/accepted_text.h"
#include "reports/formats/check_tables.h"

namespace mtls::reports::formats {
namespace {

std::string place_of(const FilePosition& position) {
  return base::sanitize(position.file, base::kMaxPathBytes) + ":" + std::to_string(position.line);
}

std::string refusal_paragraph(const audit::NginxError& error, const Report& report) {
  const bool has_text = report.text_of != nullptr && !error.file.empty();
  return "nginx would refuse this configuration: " +
         config::syntax::excerpt({.message = error.message,
                                  .file = error.file,
                                  .line = error.line,
                                  .column = error.column},
                                 has_text ? report.text_of(error.file) : "") +
         "\n";
}

Paint paint_of(audit::Severity severity) {
  switch (severity) {
    case audit::Severity::kCritical: return Paint::kBad;
    case audit::Severity::kWarning: return Paint::kDoubtful;
    case audit::Severity::kInfo: break;
  }
  return Paint::kNone;
}

// `check CA_BUNDLE` reads no configuration, so it has no place that the reader could look up.
bool has_places(const Assessment& assessment) {
  return assessment.policy().nginx_conf.starts_with('/');
}

std::string issue_paragraph(const Issue& issue, const Report& report) {
  std::string text = painted(word(issue.severity), paint_of(issue.severity), report.style) + ": " +
                     std::string(issue.rule);
  if (has_places(report.assessment)) {
    if (!issue.server.empty()) text += " in " + base::sanitize(issue.server, base::kMaxPathBytes);
    if (issue.position) text += " at " + place_of(*issue.position);
  }
  text += "\n  " + issue.message;
  text += "\n  consequence: " + std::string(issue.meaning);
  text += "\n  remedy: " + issue.remedy;
  return text + "\n\n";
}

std::string summary(const Report& report) {
  std::array<std::size_t, 3> counts{};
  for (const Issue& issue : report.issues) ++counts.at(static_cast<std::size_t>(issue.severity));
  const Assessment& assessment = report.assessment;
  const auto& servers = assessment.resolved().servers;
  const bool asks_nobody = std::ranges::none_of(
      servers, [](const config::TlsContext& server) { return config::asks(server); });
  const std::string nothing =
      asks_nobody ? "No server block asks for client certificates: there is nothing to judge.\n"
                  : "";
  return nothing + std::to_string(assessment.resolved().servers.size()) + " server blocks in " +
         std::to_string(assessment.document().files.size()) + " files as of " +
         base::rfc3339(assessment.snapshot.evaluated_at) + ": " + std::to_string(counts[0]) +
         " critical, " + std::to_string(counts[1]) + " warning, " + std::to_string(counts[2]) +
         " info\n";
}

}  // namespace

std::string check_text(const Report& report) {
  std::string text;
  for (const audit::NginxError& error : report.assessment.snapshot.nginx_errors()) {
    text += refusal_paragraph(error, report);
  }
  for (const Issue& issue : report.issues) {
    const bool is_already_told = issue.kind == audit::FindingKind::kNginxRefusesConfig;
    if (!is_already_told) text += issue_paragraph(issue, report);
  }
  return text + server_table(report.assessment, report.style) +
         client_table(report.assessment, report.style) + summary(report) + accepted_section(report);
}

}  // namespace mtls::reports::formats
