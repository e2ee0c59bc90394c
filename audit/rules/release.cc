// Rules about what this very nginx does, whatever the text says: holes of its release, and what
// other products add (R9.1, R9.9).
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

void bypassed_by_release(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  if (view.facts.is_bypassed) findings.add(finding_for(view, view.facts.enforced_note));
  for (const config::Opening& opening : view.server().openings) {
    if (!opening.waived_at) continue;
    Finding finding = finding_for(view, "ssl_verify_client_exception lets location " +
                                            opening.location + " serve " + opening.content +
                                            " to clients without a verified certificate");
    finding.at = opening.waived_at;
    finding.remedy =
        "Remove ssl_verify_client_exception, or move the location to a server block "
        "that asks nobody.";
    findings.add(std::move(finding));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kEnforcementBypassedByRelease,
         .id = "enforcement-bypassed-by-release",
         .severity = Severity::kCritical,
         .meaning = "This release or product of nginx lets clients past the certificate check that "
                    "the configuration demands.",
         .remedy = "Upgrade nginx to a release or package without this hole and restart it.",
         .check = bypassed_by_release},
};

}  // namespace

Subject release_rules() { return kRules; }

}  // namespace mtls::audit::rules
