#include "reports/formats/check_text.h"

#include <array>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "config/syntax/excerpt.h"
#include "reports/formats/check_tables.h"

namespace mtls::reports::formats {
namespace {

std::string place_of(const config::syntax::Document& document, const base::SourceLocation& at) {
  return base::sanitize(document.path_of(at.file), base::kMaxPathBytes) + ":" +
         std::to_string(at.line);
}

using Texts = std::map<std::string, std::string>;

std::string paragraph(const audit::NginxError& error, const Texts& texts) {
  const auto text = texts.find(error.file);
  return "nginx would refuse this configuration: " +
         config::syntax::excerpt({.message = error.message,
                                  .file = error.file,
                                  .line = error.line,
                                  .column = error.column},
                                 text == texts.end() ? "" : text->second) +
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

// Of a bundle alone no configuration was read that one could look into.
bool has_places(const Assessment& assessment) {
  return assessment.policy.nginx_conf.starts_with('/');
}

std::string paragraph(const Assessment& assessment, const audit::Finding& finding, TextStyle look) {
  const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
  std::string text = painted(word(finding.severity), paint_of(finding.severity), look) + ": " +
                     std::string(rule.id);
  if (has_places(assessment)) {
    if (finding.context) text += " in " + named(*finding.context);
    if (finding.at) text += " at " + place_of(assessment.document(), *finding.at);
  }
  text += "\n  " + finding.detail;
  text += "\n  consequence: " + std::string(rule.meaning);
  text += "\n  remedy: " + std::string(rule.remedy);
  return text + "\n\n";
}

std::string summary(const Assessment& assessment, const std::vector<audit::Finding>& findings) {
  std::array<std::size_t, 3> counts{};
  for (const audit::Finding& finding : findings) {
    ++counts.at(static_cast<std::size_t>(finding.severity));
  }
  return std::to_string(assessment.resolved().servers.size()) + " server blocks in " +
         std::to_string(assessment.document().files.size()) + " files as of " +
         base::rfc3339(assessment.snapshot.evaluated_at) + ": " + std::to_string(counts[0]) +
         " critical, " + std::to_string(counts[1]) + " warning, " + std::to_string(counts[2]) +
         " info\n";
}

}  // namespace

std::string check_text(const Assessment& assessment, const Texts& texts, TextStyle look) {
  std::string text;
  for (const audit::NginxError& error : assessment.snapshot.nginx_errors()) {
    text += paragraph(error, texts);
  }
  const std::vector<audit::Finding> findings = findings_of(assessment.snapshot);
  for (const audit::Finding& finding : findings) {
    const bool is_said = finding.kind == audit::FindingKind::kNginxRefusesConfig;
    if (!is_said) text += paragraph(assessment, finding, look);
  }
  return text + server_table(assessment, look) + client_table(assessment, look) +
         summary(assessment, findings);
}

}  // namespace mtls::reports::formats
