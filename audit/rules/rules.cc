#include "audit/rules/rules.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <type_traits>

#include "audit/rules/places.h"
#include "base/text.h"

namespace mtls::audit::rules {
namespace {

constexpr std::size_t kAfterAllSubjects = std::numeric_limits<std::size_t>::max();

LookedAt looked_at(const ServerView& view) { return {&view.server(), view.owner()}; }
LookedAt looked_at(const HostView&) { return {}; }
LookedAt looked_at(const TextView&) { return {}; }
LookedAt looked_at(const AcceptanceView&) { return {}; }

std::optional<base::SourceLocation> edited_directive(const config::TlsContext& server,
                                                     const std::optional<Edit>& edit) {
  if (!edit || edit->action == Edit::Action::kAddServer) return std::nullopt;
  const auto setting =
      std::ranges::find(server.settings, edit->directive, &config::NamedSetting::directive);
  return setting == server.settings.end() ? std::nullopt : setting->effective.at;
}

// Subject by subject, item by item, row by row.
template <class Check, class View>
std::vector<Placed> run(const View& view) {
  std::vector<Placed> all;
  std::size_t position = 0;
  for (const Subject subject : subjects()) {
    for (const Rule& rule : subject) {
      if (rule.strict_only && view.profile != Profile::kStrict) continue;
      Findings findings(rule, view.profile, position, looked_at(view), all);
      if (const Check* check = std::get_if<Check>(&rule.check)) (*check)(view, findings);
      if constexpr (std::is_same_v<Check, HostCheck>) {
        if (rule.check_loaded != nullptr) rule.check_loaded(view, findings);
      }
    }
    ++position;
  }
  std::ranges::stable_sort(all, {},
                           [](const Placed& one) { return std::tuple(one.subject, one.item); });
  return all;
}

std::vector<Finding> flat(std::vector<Placed> all) {
  std::vector<Finding> findings;
  findings.reserve(all.size());
  for (Placed& one : all) findings.push_back(std::move(one.finding));
  return findings;
}

// With what the settings say.
std::vector<SubjectFindings> by_subject(std::vector<Placed> all, const RuleSettings& settings) {
  std::vector<SubjectFindings> subjects;
  for (auto next = all.begin(); next != all.end();) {
    const std::size_t subject = next->subject;
    std::vector<Finding> findings;
    for (; next != all.end() && next->subject == subject; ++next)
      findings.push_back(std::move(next->finding));
    apply_settings(settings, findings);
    subjects.push_back(
        {.subject = subject,
         .findings = std::make_shared<const std::vector<Finding>>(std::move(findings))});
  }
  return subjects;
}

}  // namespace

const config::TlsContext* ServerView::owner() const {
  const auto owner = resolved().tls_owner(index);
  return owner ? &resolved().servers[*owner] : nullptr;
}

void Findings::add_strict(Finding finding) {
  if (profile_ == Profile::kStrict) place(kAfterAllSubjects, 0, std::move(finding));
}

void Findings::place(std::size_t subject, std::size_t item, Finding finding) {
  finding.kind = rule_.kind;
  finding.severity = profile_ == Profile::kStrict ? rule_.strict_severity.value_or(rule_.severity)
                                                  : rule_.severity;
  const config::TlsContext* server = looked_at_.server;
  const bool is_of_block = server != nullptr && finding.context == server->id;
  if (is_of_block && (!finding.at || finding.at == server->at)) finding.at = directive_for(finding);
  all_.push_back({.subject = subject, .item = item, .finding = std::move(finding)});
}

base::SourceLocation Findings::directive_for(const Finding& finding) const {
  const auto& [server, owner] = looked_at_;
  std::optional<base::SourceLocation> at;
  if (!finding.path.empty()) {
    if (owner != nullptr) at = naming_directive(*owner, finding.path);
    if (!at) at = naming_directive(*server, finding.path);
  }
  if (!at) at = edited_directive(*server, rule_.edit);
  return at.value_or(place_beside(*server));
}

std::vector<Finding> server_findings(const ServerView& view) {
  std::vector<Finding> findings = flat(run<ServerCheck>(view));
  const bool is_wide = std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.kind == FindingKind::kTrustWidenedByPublicRoots;
  });
  if (!is_wide) return findings;
  for (Finding& finding : findings) {
    const std::string_view narrow = rule_of(finding.kind).narrow_remedy;
    if (!narrow.empty() && finding.remedy.empty()) finding.remedy = narrow;
  }
  return findings;
}

std::shared_ptr<const std::vector<SubjectFindings>> text_findings(const Snapshot& snapshot,
                                                                  const Snapshot* previous) {
  const Policy& policy = *snapshot.policy;
  const bool is_asked_before = previous != nullptr && previous->policy == snapshot.policy &&
                               previous->config->document == snapshot.config->document;
  if (is_asked_before) return previous->text_findings;
  std::vector<Placed> all = run<TextCheck>(
      TextView{.config = *snapshot.config, .build = policy.build, .profile = policy.profile});
  return std::make_shared<const std::vector<SubjectFindings>>(
      by_subject(std::move(all), policy.rules));
}

// Of one subject, what depends on more than the text comes first.
FindingList host_findings(const Snapshot& snapshot, const Evidence& evidence) {
  const Policy& policy = *snapshot.policy;
  std::vector<Placed> all = run<HostCheck>(
      HostView{.snapshot = snapshot, .evidence = evidence, .profile = policy.profile});
  std::vector<SubjectFindings> subjects = by_subject(std::move(all), policy.rules);
  subjects.insert(subjects.end(), snapshot.text_findings->begin(), snapshot.text_findings->end());
  std::ranges::stable_sort(subjects, {}, &SubjectFindings::subject);
  FindingList findings;
  for (SubjectFindings& one : subjects) findings.append(std::move(one.findings));
  return findings;
}

std::vector<Finding> acceptance_findings(const AcceptanceView& view) {
  return flat(run<AcceptanceCheck>(view));
}

void apply_settings(const RuleSettings& settings, std::vector<Finding>& findings) {
  std::erase_if(findings,
                [&](const Finding& finding) { return settings.disabled.contains(finding.kind); });
  for (Finding& finding : findings) {
    const auto changed = settings.severities.find(finding.kind);
    if (changed != settings.severities.end()) finding.severity = changed->second;
  }
}

Finding finding_at(const std::optional<base::SourceLocation>& at, const std::string& detail) {
  return {.at = at, .detail = base::sanitize(detail, base::kMaxPathBytes)};
}

Finding finding_for(const config::TlsContext& server, const std::string& detail) {
  Finding finding = finding_at(server.at, detail);
  finding.context = server.id;
  return finding;
}

Finding finding_for(const ServerView& view, const std::string& detail) {
  return finding_for(view.server(), detail);
}

Finding finding_for_file(const ServerView& view, const std::string& path,
                         const std::string& detail) {
  Finding finding = finding_for(view, path + ": " + detail);
  finding.path = path;
  return finding;
}

Finding finding_in_file(const ServerView& view, const std::string& path,
                        const std::string& detail) {
  Finding finding = finding_for(view, detail);
  finding.path = path;
  return finding;
}

std::string named(const pki::CertificateFacts& facts) {
  return facts.subject.rfc2253 + " (" + facts.fingerprint.label() + ")";
}

}  // namespace mtls::audit::rules
