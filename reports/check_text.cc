#include "reports/check_text.h"

#include <array>

#include "base/text.h"
#include "config/excerpt.h"

namespace mtls::reports {
namespace {

std::string place_of(const config::Document& document, const base::SourceLocation& at) {
  return base::sanitize(document.path_of(at.file), base::kMaxPathBytes) + ":" +
         std::to_string(at.line);
}

std::string named(const config::ContextId& id) {
  return base::sanitize(id_text(id), base::kMaxPathBytes);
}

using Texts = std::map<std::string, std::string>;

std::string paragraph(const audit::NginxError& error, const Texts& texts) {
  const auto text = texts.find(error.file);
  return "nginx would refuse this configuration: " +
         config::excerpt({.message = error.message,
                          .file = error.file,
                          .line = error.line,
                          .column = error.column},
                         text == texts.end() ? "" : text->second) +
         "\n";
}

std::string paragraph(const config::Document& document, const audit::Finding& finding) {
  const audit::FindingRow& row = audit::row(finding.kind);
  std::string text = std::string(word(row.severity)) + ": " + std::string(row.id);
  if (finding.context) text += " in " + named(*finding.context);
  if (finding.at) text += " at " + place_of(document, *finding.at);
  text += "\n  " + finding.detail;
  text += "\n  consequence: " + std::string(row.meaning);
  text += "\n  remedy: " + std::string(row.remedy);
  return text + "\n\n";
}

std::string line(const config::ContextId& server, const audit::Verdict& verdict) {
  std::string text = "client " + verdict.canary + " at " + named(server) + ": " +
                     (verdict.accepted ? "accepted" : "refused") + ", " + verdict.client_verify;
  if (verdict.code != 0) text += " (" + std::to_string(verdict.code) + ")";
  if (verdict.http_status != 0) text += ", " + std::to_string(verdict.http_status);
  if (verdict.accepted_until) text += ", until " + base::rfc3339(*verdict.accepted_until);
  return text + "\n";
}

std::string client_lines(const Assessment& assessment) {
  std::string text;
  for (std::size_t i = 0; i < assessment.resolved().servers.size(); ++i) {
    for (const audit::Verdict& verdict : verdicts_of(assessment, i)) {
      text += line(assessment.resolved().servers[i].id, verdict);
    }
  }
  return text.empty() ? "" : text + "\n";
}

std::string summary(const Assessment& assessment, const std::vector<audit::Finding>& findings) {
  std::array<std::size_t, 3> counts{};
  for (const audit::Finding& finding : findings) {
    ++counts.at(static_cast<std::size_t>(audit::row(finding.kind).severity));
  }
  return std::to_string(assessment.resolved().servers.size()) + " server blocks in " +
         std::to_string(assessment.document().files.size()) + " files as of " +
         base::rfc3339(assessment.snapshot.evaluated_at) + ": " + std::to_string(counts[0]) +
         " critical, " + std::to_string(counts[1]) + " warning, " + std::to_string(counts[2]) +
         " info\n";
}

}  // namespace

std::string check_text(const Assessment& assessment, const Texts& texts) {
  std::string text;
  for (const audit::NginxError& error : assessment.snapshot.nginx_errors()) {
    text += paragraph(error, texts);
  }
  const std::vector<audit::Finding> findings = findings_of(assessment.snapshot);
  for (const audit::Finding& finding : findings) {
    const bool is_said = finding.kind == audit::FindingKind::kNginxRefusesConfig;
    if (!is_said) text += paragraph(assessment.document(), finding);
  }
  return text + client_lines(assessment) + summary(assessment, findings);
}

}  // namespace mtls::reports
