#include "audit/rules/rules.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace mtls::audit::rules {
namespace {

// The place of the directive that nginx was loading, or the one nginx names. nullopt: neither, or a
// file that the last good configuration does not have.
std::optional<base::SourceLocation> place_of(const Snapshot& snapshot, const NginxError& error) {
  if (error.at || error.file.empty()) return error.at;
  const auto& files = snapshot.config->document->files;
  const auto found = std::find(files.begin(), files.end(), error.file);
  if (found == files.end()) return std::nullopt;
  return base::SourceLocation{.file = static_cast<base::FileId>(found - files.begin()),
                              .line = error.line,
                              .column = error.column};
}

Finding of_error(const Snapshot& snapshot, FindingKind kind, const NginxError& error) {
  return {.kind = kind,
          .context = {},
          .path = {},
          .fingerprint = {},
          .at = place_of(snapshot, error),
          .detail = error.text()};
}

}  // namespace

std::vector<Finding> server_findings(const ServerView& view) {
  constexpr std::array<ServerRule, 11> kRules{
      config_rules,      file_rules,        trust_rules, material_rules,
      revocation_rules,  identity_rules,    reach_rules, upstream_rules,
      enforcement_rules, server_side_rules, strict_rules};
  std::vector<Finding> findings;
  for (const ServerRule rule : kRules) rule(view, findings);
  return findings;
}

std::vector<Finding> config_findings(const Snapshot& snapshot, Profile profile) {
  std::vector<Finding> findings;
  for (const NginxError& error : snapshot.nginx_errors()) {
    findings.push_back(of_error(snapshot, FindingKind::kNginxRefusesConfig, error));
  }
  writable_file_rules(snapshot, findings);
  client_name_rules(snapshot, findings);
  canary_rules(snapshot, findings);
  upstream_time_rules(snapshot, findings);
  strength_rules(snapshot, findings);
  error_log_rules(snapshot, findings);
  server_tokens_rules(snapshot, profile, findings);
  for (const NginxError& error : snapshot.excused) {
    findings.push_back(of_error(snapshot, FindingKind::kFileMissing, error));
  }
  return findings;
}

void apply_settings(const RuleSettings& settings, std::vector<Finding>& findings) {
  std::erase_if(findings,
                [&](const Finding& finding) { return settings.disabled.contains(finding.kind); });
  for (Finding& finding : findings) {
    const auto changed = settings.severities.find(finding.kind);
    if (changed != settings.severities.end()) finding.severity = changed->second;
  }
}

std::string named(const pki::CertificateFacts& facts) {
  return facts.subject.rfc2253 + " (" + facts.fingerprint.label() + ")";
}

Finding finding_for(const ServerView& view, FindingKind kind, const std::string& detail) {
  return {.kind = kind,
          .context = view.server().id,
          .path = {},
          .fingerprint = {},
          .at = view.server().at,
          .detail = base::sanitize(detail, base::kMaxPathBytes)};
}

Finding finding_for_file(const ServerView& view, FindingKind kind, const std::string& path,
                         const std::string& detail) {
  Finding finding = finding_for(view, kind, path + ": " + detail);
  finding.path = path;
  return finding;
}

}  // namespace mtls::audit::rules
