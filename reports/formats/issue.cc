#include "reports/formats/issue.h"

namespace mtls::reports::formats {
namespace {

std::optional<FilePosition> position_of(const config::syntax::Document& document,
                                        const std::optional<base::SourceLocation>& at) {
  if (!at) return std::nullopt;
  return FilePosition{.file = document.path_of(at->file), .line = at->line, .column = at->column};
}

Issue issue_of(const config::syntax::Document& document, const audit::Finding& finding) {
  const audit::FindingRow& row = audit::row(finding.kind);
  return {.kind = finding.kind,
          .severity = finding.severity,
          .rule = row.id,
          .server = finding.context ? id_text(*finding.context) : "",
          .position = position_of(document, finding.at),
          .path = finding.path,
          .message = finding.detail,
          .meaning = row.meaning,
          .remedy = row.remedy,
          .is_fixable = audit::is_fixable(finding.kind)};
}

}  // namespace

std::vector<Issue> issues_of(const Assessment& assessment) {
  std::vector<Issue> issues;
  for (const audit::Finding& finding : findings_of(assessment.snapshot)) {
    issues.push_back(issue_of(assessment.document(), finding));
  }
  return issues;
}

}  // namespace mtls::reports::formats
