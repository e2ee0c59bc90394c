// Rules about the dates of the CRL that is in force for each CA (R3.33).
#include <array>
#include <map>

#include "audit/clock.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using pki::RevocationListFacts;

bool is_stale(const RevocationListFacts& list, const Clock& clock) {
  return list.next_update && clock.has_come(*list.next_update);
}

bool in_time(const RevocationListFacts& list, const Clock& clock) {
  const bool has_begun = list.this_update && clock.has_come(*list.this_update);
  return has_begun && !is_stale(list, clock);
}

bool outlasts(const RevocationListFacts& list, const RevocationListFacts& known) {
  return known.next_update && (!list.next_update || *list.next_update > *known.next_update);
}

// OpenSSL prefers a CRL in time over one that is not, in either order (R3.33): of those the latest
// next_update speaks for its issuer.
std::map<std::string, const RevocationListFacts*> best_by_issuer(const ServerView& view) {
  std::map<std::string, const RevocationListFacts*> best;
  for (const pki::RevocationList& list : view.content.revocation_lists) {
    const RevocationListFacts*& known = best[list.facts().issuer.canonical];
    const bool now_good = in_time(list.facts(), view.clock());
    const bool known_good = known != nullptr && in_time(*known, view.clock());
    const bool better = known == nullptr || (now_good && !known_good) ||
                        (now_good == known_good && outlasts(list.facts(), *known));
    if (better) known = &list.facts();
  }
  return best;
}

// Reports what `complaint` says of each CRL in force; "" is no complaint.
template <class Complaint>
void report_lists(const ServerView& view, const Complaint& complaint, Findings& findings) {
  if (!asks(view.server()) || !view.content.check_crls) return;
  std::size_t item = 0;
  for (const auto& [issuer, list] : best_by_issuer(view)) {
    const std::string text = complaint(*list);
    if (!text.empty()) {
      findings.add_at(item, finding_for(view, "the CRL of " + list->issuer.rfc2253 + " " + text));
    }
    ++item;
  }
}

void not_yet_valid(const ServerView& view, Findings& findings) {
  report_lists(
      view,
      [&](const RevocationListFacts& list) {
        const bool is_ahead = list.this_update && !view.clock().has_come(*list.this_update);
        return is_ahead ? "is dated " + base::rfc3339(*list.this_update) : "";
      },
      findings);
}

void stale(const ServerView& view, Findings& findings) {
  report_lists(
      view,
      [&](const RevocationListFacts& list) {
        return is_stale(list, view.clock()) ? "expired at " + base::rfc3339(*list.next_update) : "";
      },
      findings);
}

void expires_soon(const ServerView& view, Findings& findings) {
  report_lists(
      view,
      [&](const RevocationListFacts& list) {
        const auto due = crl_due_at(list);
        const bool is_due = list.next_update && due && view.clock().has_come(*due);
        return is_due && !is_stale(list, view.clock())
                   ? "expires at " + base::rfc3339(*list.next_update)
                   : "";
      },
      findings);
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCrlNotYetValid,
         .id = "crl-not-yet-valid",
         .severity = Severity::kWarning,
         .meaning = "A CRL's thisUpdate is in the future: the CA's clients get 400 (11:CRL is not "
                    "yet valid).",
         .remedy = "Check the clock and the CRL.",
         .check = not_yet_valid},
    Rule{.kind = FindingKind::kCrlStale,
         .id = "crl-stale",
         .severity = Severity::kCritical,
         .meaning = "A CRL is past its nextUpdate: every client of that CA gets 400 (12:CRL has "
                    "expired).",
         .remedy = "Fetch the CA's current CRL and reload nginx.",
         .check = stale},
    Rule{.kind = FindingKind::kCrlExpiresSoon,
         .id = "crl-expires-soon",
         .severity = Severity::kWarning,
         .meaning = "A CRL has used three quarters of its lifetime, and no later one is there.",
         .remedy = "Check the job that refreshes it; nginx needs a reload as well.",
         .check = expires_soon},
};

}  // namespace

Subject crl_date_rules() { return kRules; }

}  // namespace mtls::audit::rules
