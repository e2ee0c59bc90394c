#include "reports/issue.h"

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

}  // namespace mtls::reports
