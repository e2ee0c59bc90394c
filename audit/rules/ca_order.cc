// Rules about the order of a trust store: OpenSSL takes the first CA certificate of a name that is
// in force, and never goes back (R9.12, R9.13).
#include <array>
#include <map>

#include "audit/clock.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using pki::CertificateFacts;
using pki::paths::OrderProblem;

const CertificateFacts& facts_of(const ServerView& view, std::size_t member) {
  return view.facts.store.members[member].certificate.facts();
}

Severity severity_of(const OrderProblem& problem) {
  return problem.refuses ? Severity::kCritical : Severity::kWarning;
}

Effect kind_of_effect(const ServerView& view, const OrderProblem& problem) {
  if (problem.refuses) return Effect::kRefuses;
  const bool is_soon = problem.from && view.clock().is_near(*problem.from, kCaWarningPeriod);
  return is_soon ? Effect::kRefusesSoon : Effect::kNone;
}

Finding about(const ServerView& view, const OrderProblem& problem, const std::string& what) {
  Finding finding = finding_in_file(view, file_of_member(view, problem.taken), what);
  finding.effect = kind_of_effect(view, problem);
  finding.fingerprint = facts_of(view, problem.taken).fingerprint;
  return finding;
}

std::string effect_of(const OrderProblem& problem) {
  if (problem.refuses) return "clients below it get 400 now";
  return "clients below it get 400 from " + base::rfc3339(*problem.from) + " on";
}

void cross_first(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  for (const OrderProblem& problem : view.facts.store.order_problems) {
    if (!problem.same_key) continue;
    const CertificateFacts& taken = facts_of(view, problem.taken);
    const CertificateFacts& better = facts_of(view, problem.better);
    findings.add_as(severity_of(problem),
                    about(view, problem,
                          named(taken) + ", issued by " + taken.issuer.rfc2253 +
                              ", stands before " + named(better) + ", issued by " +
                              better.issuer.rfc2253 + ": " + effect_of(problem)));
  }
}

// One finding for all CAs that stand behind the same one.
void same_name(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  std::map<std::size_t, OrderProblem> worst;  // by the CA that is taken
  for (const OrderProblem& problem : view.facts.store.order_problems) {
    if (problem.same_key) continue;
    const auto [known, is_new] = worst.try_emplace(problem.taken, problem);
    if (!is_new && problem.refuses && !known->second.refuses) known->second = problem;
  }
  for (const auto& [taken, problem] : worst) {
    const std::string both = named(facts_of(view, taken)) + " stands before " +
                             named(facts_of(view, problem.better)) +
                             ": one name, two keys, and no key identifier tells them apart; ";
    findings.add_as(severity_of(problem),
                    about(view, problem,
                          both + (problem.refuses ? "clients of the second get 400 now"
                                                  : "clients of the second that name no key "
                                                    "identifier get 400")));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCrossCertificateFirst,
         .id = "cross-certificate-first",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "Two certificates of one CA, the same name and key, are in the bundle, and the "
                    "one that stands first does not lead to a valid root: nginx tries it alone, "
                    "and the CA's clients get 400 (2:unable to get issuer certificate, or "
                    "10:certificate has expired).",
         .remedy = "Move the one that leads to a valid root, mostly the self-signed one, before "
                   "the cross certificate, or remove the cross certificate; then reload nginx.",
         .check = cross_first},
    Rule{.kind = FindingKind::kSameNameCas,
         .id = "same-name-cas",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .meaning = "Two CAs in the bundle have the same name and different keys, and their "
                    "clients' certificates have no key identifier that says which one issued them: "
                    "nginx tries the first, and clients of the other get 400 (7:certificate "
                    "signature failure).",
         .remedy = "Give each CA its own server block or its own name, or issue certificates with "
                   "subjectKeyIdentifier (the CA) and authorityKeyIdentifier (its clients). Until "
                   "then the CA that stands first decides whom nginx accepts.",
         .check = same_name},
};

}  // namespace

Subject ca_order_rules() { return kRules; }

}  // namespace mtls::audit::rules
