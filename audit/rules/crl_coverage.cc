// Rules about which CAs have a CRL that speaks for them, where ssl_crl is set (R3.33).
#include <algorithm>
#include <array>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "audit/trust/crl_coverage.h"

namespace mtls::audit::rules {
namespace {

void missing_issuer(const ServerView& view, Findings& findings) {
  constexpr std::size_t kMaxNamed = 5;
  if (!asks(view.server())) return;
  const auto& missing = view.crls.missing;
  if (missing.empty()) return;
  const std::size_t shown = std::min(missing.size(), kMaxNamed);
  std::string names;
  for (std::size_t i = 0; i < shown; ++i) names += (i == 0 ? "" : ", ") + named(*missing[i]);
  if (shown < missing.size()) {
    names += " and " + std::to_string(missing.size() - shown) + " more";
  }
  findings.add(finding_in_file(view, view.content.crl_path, "there is no CRL of " + names));
}

std::string scoped(const pki::RevocationListFacts& list) {
  return "the CRL of " + list.issuer.rfc2253 +
         (list.scope.text.empty() ? "" : " (" + list.scope.text + ")");
}

Finding about_crl(const ServerView& view, const pki::RevocationListFacts& list,
                  const std::string& what) {
  Finding finding = finding_in_file(view, file_of_crl(view, list), scoped(list) + " " + what);
  finding.fingerprint = list.fingerprint;
  return finding;
}

void out_of_scope(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  for (const trust::CrlUse& use : view.crls.out_of_scope) {
    const std::string whom =
        use.subject != nullptr ? named(*use.subject) : "clients of " + named(*use.issuer);
    findings.add(about_crl(view, *use.list, "does not count for " + whom + ", and no other does"));
  }
  for (const pki::RevocationListFacts* list : view.crls.unused) {
    Finding finding =
        about_crl(view, *list, "is ignored; it revokes " + std::to_string(list->revoked));
    finding.effect = Effect::kNone;
    findings.add_as(list->revoked > 0 ? Severity::kWarning : Severity::kInfo, std::move(finding));
  }
  for (const trust::CountedDelta& delta : view.crls.deltas) {
    const std::string taken =
        "is taken for a complete one by OpenSSL " + to_string(view.content.openssl);
    if (delta.hidden == nullptr) {
      Finding finding = about_crl(view, *delta.list, taken);
      finding.effect = Effect::kNone;
      findings.add_as(Severity::kWarning, std::move(finding));
      continue;
    }
    Finding finding = about_crl(
        view, *delta.list,
        taken + " and hides the older CRL, which revokes " + std::to_string(delta.hidden->revoked));
    finding.effect = Effect::kLetsIn;
    findings.add(std::move(finding));
  }
}

void wrong_signer(const ServerView& view, Findings& findings) {
  if (!asks(view.server()) || !view.content.check_crls) return;
  for (const pki::RevocationListFacts* list : trust::crls_of_wrong_signer(view.content)) {
    Finding finding =
        finding_in_file(view, file_of_crl(view, *list),
                        "no CA of this name signed the CRL of " + list->issuer.rfc2253);
    finding.fingerprint = list->fingerprint;
    findings.add(std::move(finding));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCrlMissingIssuer,
         .id = "crl-missing-issuer",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "ssl_crl is set but has no CRL of a CA in the chain, the root included: the "
                    "CA's clients get 400 (3:unable to get certificate CRL).",
         .remedy = "Add the CRL of every CA of the bundle to the file.",
         .narrow_remedy = "Remove the public web CAs first (trust-widened-by-public-roots). Then "
                          "add the CRL of each CA that is left.",
         .check = missing_issuer},
    Rule{.kind = FindingKind::kCrlOutOfScope,
         .id = "crl-out-of-scope",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "A CRL says that it is about something else (issuingDistributionPoint, or a "
                    "delta CRL), so nginx does not count it: without another one the CA's clients "
                    "get 400 (3:unable to get certificate CRL, 44:different CRL scope). Only "
                    "OpenSSL before August 2026 takes a delta CRL for a complete one: whoever is "
                    "revoked in the complete one alone gets in.",
         .remedy = "Put the CA's complete CRL into the file: one without "
                   "issuingDistributionPoint, or one for each scope and distribution point that "
                   "the certificates name.",
         .check = out_of_scope},
    Rule{.kind = FindingKind::kCrlWrongSigner,
         .id = "crl-wrong-signer",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "A CRL bears the name of a client CA whose key did not sign it. nginx loads "
                    "it, and the CA's clients get 400 (8:CRL signature failure, or 3:unable to get "
                    "certificate CRL when the CRL names another key).",
         .remedy = "Fetch the CRL from the CA itself. A CA that was renewed with a new key needs a "
                   "new CRL.",
         .check = wrong_signer},
};

}  // namespace

Subject crl_coverage_rules() { return kRules; }

}  // namespace mtls::audit::rules
