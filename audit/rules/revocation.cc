// Rules about the CRLs of a server block that sets ssl_crl (R3.33).
#include <algorithm>
#include <map>

#include "audit/horizon.h"
#include "audit/rules/rules.h"
#include "audit/trust/crl_coverage.h"
#include "audit/trust/resumption.h"

namespace mtls::audit::rules {
namespace {

using pki::RevocationListFacts;

bool in_time(const RevocationListFacts& list, base::sys_seconds now) {
  return list.this_update && *list.this_update <= now &&
         (!list.next_update || now < *list.next_update);
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
    const bool now_good = in_time(list.facts(), view.now());
    const bool known_good = known != nullptr && in_time(*known, view.now());
    const bool better = known == nullptr || (now_good && !known_good) ||
                        (now_good == known_good && outlasts(list.facts(), *known));
    if (better) known = &list.facts();
  }
  return best;
}

void freshness(const ServerView& view, const RevocationListFacts& list,
               std::vector<Finding>& findings) {
  const base::sys_seconds now = view.now();
  const std::string whose = "the CRL of " + list.issuer.rfc2253;
  if (list.this_update && *list.this_update > now) {
    findings.push_back(finding_for(view, FindingKind::kCrlNotYetValid,
                                   whose + " is dated " + base::rfc3339(*list.this_update)));
  }
  if (!list.next_update) return;
  const auto due = crl_due_at(list);
  if (*list.next_update <= now) {
    findings.push_back(finding_for(view, FindingKind::kCrlStale,
                                   whose + " expired at " + base::rfc3339(*list.next_update)));
  } else if (due && *due <= now) {
    findings.push_back(finding_for(view, FindingKind::kCrlExpiresSoon,
                                   whose + " expires at " + base::rfc3339(*list.next_update)));
  }
}

void missing_lists(const ServerView& view, std::vector<Finding>& findings) {
  constexpr std::size_t kMaxNamed = 5;
  const auto missing = trust::cas_without_crl(view.content);
  if (missing.empty()) return;
  const std::size_t shown = std::min(missing.size(), kMaxNamed);
  std::string names;
  for (std::size_t i = 0; i < shown; ++i) names += (i == 0 ? "" : ", ") + named(*missing[i]);
  if (shown < missing.size()) {
    names += " and " + std::to_string(missing.size() - shown) + " more";
  }
  findings.push_back(
      finding_for(view, FindingKind::kCrlMissingIssuer, "there is no CRL of " + names));
}

void wrong_signers(const ServerView& view, std::vector<Finding>& findings) {
  for (const RevocationListFacts* list : trust::crls_of_wrong_signer(view.content)) {
    findings.push_back(finding_for(view, FindingKind::kCrlWrongSigner,
                                   "no CA of this name signed the CRL of " + list->issuer.rfc2253));
  }
}

void resumption(const ServerView& view, std::vector<Finding>& findings) {
  const auto kept = trust::resumption(view.snapshot.config->resolved, view.index, view.build);
  if (!kept || kept->window.count() == 0) return;
  const std::string who =
      kept->needs_ticketless_client ? "a TLS 1.2 client that takes no tickets" : "a revoked client";
  findings.push_back(
      finding_for(view, FindingKind::kResumptionOutlivesRevocation,
                  kept->kept_by + ": " + who + " resumes its session for " +
                      std::to_string(kept->window.count()) + " s after its last full handshake" +
                      (kept->is_endless ? ", with TLS 1.3 again and again without end" : "")));
  findings.back().at = kept->at;
}

void stapling_only(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().stapling.value) return;
  findings.push_back(finding_for(view, FindingKind::kStaplingIsNotClientRevocation,
                                 "ssl_stapling on, and neither ssl_crl nor ssl_ocsp"));
  findings.back().at = view.server().stapling.at;
}

}  // namespace

void revocation_rules(const ServerView& view, std::vector<Finding>& findings) {
  if (!asks(view.server())) return;
  const bool asks_responder = view.server().ocsp.value != config::Ocsp::kOff;
  if (view.content.check_crls || asks_responder) {
    resumption(view, findings);
  } else if (!view.server().crl.value) {
    stapling_only(view, findings);
  }
  if (!view.content.check_crls) return;
  for (const auto& [issuer, list] : best_by_issuer(view)) freshness(view, *list, findings);
  missing_lists(view, findings);
  wrong_signers(view, findings);
}

}  // namespace mtls::audit::rules
