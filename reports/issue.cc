#include "reports/issue.h"

#include <algorithm>

#include "audit/rules/registry.h"
#include "base/text.h"

namespace mtls::reports {
namespace {

std::optional<FilePosition> position_of(const config::syntax::Document& document,
                                        const std::optional<base::SourceLocation>& at) {
  if (!at) return std::nullopt;
  return FilePosition{.file = document.path_of(at->file), .line = at->line, .column = at->column};
}

Issue issue_of(const config::syntax::Document& document, const audit::Finding& finding) {
  const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
  return {.kind = finding.kind,
          .severity = finding.severity,
          .rule = rule.id,
          .server = finding.context ? id_text(*finding.context) : "",
          .position = position_of(document, finding.at),
          .path = finding.path,
          .message = finding.detail,
          .meaning = rule.meaning,
          .remedy = audit::rules::remedy_of(finding),
          .effect = audit::rules::effect_of(finding),
          .is_fixable = rule.edit.has_value(),
          .accepted = finding.accepted};
}

Issue issue_of(const audit::NginxError& error) {
  const audit::rules::Rule& rule = audit::rules::rule_of(audit::FindingKind::kNginxRefusesConfig);
  return {.kind = rule.kind,
          .severity = rule.severity,
          .rule = rule.id,
          .server = "",
          .position = error.file.empty()
                          ? std::nullopt
                          : std::optional(FilePosition{error.file, error.line, error.column}),
          .path = error.path,
          .message = error.text(),
          .meaning = rule.meaning,
          .remedy = std::string(rule.remedy),
          .effect = rule.effect};
}

std::vector<Issue> issues(const Assessment& assessment,
                          const std::vector<audit::Finding>& findings) {
  std::vector<Issue> issues;
  for (const audit::Finding& finding : findings) {
    issues.push_back(issue_of(assessment.document(), finding));
  }
  return issues;
}

}  // namespace

std::string written(const FilePosition& position) {
  const std::string file = base::sanitize(position.file, base::kMaxPathBytes);
  return position.line > 0 ? file + ":" + std::to_string(position.line) : file;
}

bool has_places(const Assessment& assessment) {
  return assessment.policy().nginx_conf.starts_with('/');
}

std::vector<Issue> issues_of(const Assessment& assessment) {
  return issues(assessment, findings_of(assessment.snapshot));
}

std::vector<Issue> accepted_issues_of(const Assessment& assessment) {
  return issues(assessment, accepted_findings_of(assessment.snapshot));
}

std::vector<Issue> issues_to_tell(const Assessment& assessment, std::vector<Issue> issues) {
  for (const audit::NginxError& error : assessment.snapshot.nginx_errors()) {
    const bool is_told = std::ranges::any_of(
        issues, [&](const Issue& issue) { return issue.message.starts_with(error.text()); });
    if (!is_told) issues.push_back(issue_of(error));
  }
  return issues;
}

}  // namespace mtls::reports
