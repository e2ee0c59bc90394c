// Rules about the dates of the CRL that is in force for each CA (R3.33).
#include <array>
#include <set>

#include "audit/clock.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using pki::RevocationListFacts;

bool is_stale(const RevocationListFacts& list, const Clock& clock) {
  return list.ends() && clock.has_come(*list.ends());
}

// Each CRL that OpenSSL takes for somebody, once.
std::vector<const RevocationListFacts*> lists_in_force(const ServerView& view) {
  std::vector<const RevocationListFacts*> lists;
  std::set<pki::Fingerprint> seen;
  for (const trust::CrlUse& use : view.crls.uses) {
    if (seen.insert(use.list->fingerprint).second) lists.push_back(use.list);
  }
  return lists;
}

std::string name_of(const RevocationListFacts& list) {
  return "the CRL of " + list.issuer.rfc2253 +
         (list.scope.text.empty() ? "" : " (" + list.scope.text + ")");
}

struct Said {
  std::string text;  // "": none
  std::optional<Effect> effect = std::nullopt;
};

// Reports what `complaint` says of each CRL in force.
template <class Complaint>
void report_lists(const ServerView& view, const Complaint& complaint, Findings& findings) {
  if (!asks(view.server())) return;
  std::size_t item = 0;
  for (const RevocationListFacts* list : lists_in_force(view)) {
    const Said found = complaint(*list);
    if (!found.text.empty()) {
      Finding finding =
          finding_in_file(view, file_of_crl(view, *list), name_of(*list) + " " + found.text);
      finding.fingerprint = list->fingerprint;
      finding.effect = found.effect;
      findings.add_at(item, std::move(finding));
    }
    ++item;
  }
}

void not_yet_valid(const ServerView& view, Findings& findings) {
  report_lists(
      view,
      [&](const RevocationListFacts& list) {
        const bool is_ahead = list.this_update && !view.clock().has_come(*list.this_update);
        return Said{is_ahead ? "is dated " + base::rfc3339(*list.this_update) : ""};
      },
      findings);
}

void stale(const ServerView& view, Findings& findings) {
  report_lists(
      view,
      [&](const RevocationListFacts& list) {
        return Said{is_stale(list, view.clock()) ? "expired at " + base::rfc3339(*list.next_update)
                                                 : ""};
      },
      findings);
}

void expires_soon(const ServerView& view, Findings& findings) {
  report_lists(
      view,
      [&](const RevocationListFacts& list) {
        const auto due = crl_due_at(list, view.thresholds().crl_expires_soon);
        const bool is_due = due && view.clock().has_come(*due);
        if (!is_due || is_stale(list, view.clock())) return Said{};
        // Three quarters of a long life can leave months.
        const bool is_soon = view.clock().is_near(*list.next_update, kCaWarningPeriod);
        return Said{.text = "expires at " + base::rfc3339(*list.next_update),
                    .effect = is_soon ? Effect::kRefusesSoon : Effect::kNone};
      },
      findings);
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCrlNotYetValid,
         .id = "crl-not-yet-valid",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "A CRL's thisUpdate is in the future: the CA's clients get 400 (11:CRL is not "
                    "yet valid).",
         .remedy = "Check the clock and the CRL.",
         .check = not_yet_valid},
    Rule{.kind = FindingKind::kCrlStale,
         .id = "crl-stale",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "A CRL is past its nextUpdate: every client of that CA gets 400 (12:CRL has "
                    "expired).",
         .remedy = "Fetch the CA's current CRL and reload nginx.",
         .check = stale},
    Rule{.kind = FindingKind::kCrlExpiresSoon,
         .id = "crl-expires-soon",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "A CRL is in the last part of its lifetime (a quarter, if the settings say "
                    "nothing else), and no later one is there.",
         .remedy = "Check the job that refreshes it; nginx needs a reload as well.",
         .check = expires_soon},
};

}  // namespace

Subject crl_date_rules() { return kRules; }

}  // namespace mtls::audit::rules
