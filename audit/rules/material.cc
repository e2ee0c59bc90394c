// Rules about certificates that cannot do what they are there for: as client CAs, or in the chain
// that the server presents.
#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "pki/strength.h"

namespace mtls::audit::rules {
namespace {

using pki::Certificate;
using pki::CertificateFacts;
using pki::paths::Member;

// Those of the trust store that judge clients: what only ssl_trusted_certificate adds, for stapling
// say, counts when a client CA's path leads over it.
std::vector<const Member*> members_in_use(const ServerView& view) {
  std::vector<const Member*> used;
  for (const Member& member : view.facts.store.members) {
    if (member.serves_issuing && !member.duplicate) used.push_back(&member);
  }
  return used;
}

using Test = std::function<bool(const Member&)>;

// One finding for all that `test` concerns, however many: a file may hold thousands.
void report_members(const ServerView& view, const Test& test, Findings& findings) {
  const std::vector<const Member*> used = members_in_use(view);
  const auto is_concerned = [&](const Member* member) { return test(*member); };
  const auto first = std::ranges::find_if(used, is_concerned);
  if (first == used.end()) return;
  const auto more = std::count_if(std::next(first), used.end(), is_concerned);
  const CertificateFacts& facts = (*first)->certificate.facts();
  const auto member = static_cast<std::size_t>(*first - view.facts.store.members.data());
  Finding finding =
      finding_in_file(view, file_of_member(view, member),
                      named(facts) + (more > 0 ? " and " + std::to_string(more) + " more" : ""));
  finding.fingerprint = facts.fingerprint;
  findings.add(std::move(finding));
}

// The names of who issued what the known clients present.
std::set<std::string_view> issuers_of_canaries(const ServerView& view) {
  std::set<std::string_view> issuers;
  for (const Canary& canary : view.snapshot.canaries) {
    const pki::Material* material = view.material().content(&canary.path);
    if (material == nullptr) continue;
    for (const Certificate& certificate : material->certificates) {
      if (!certificate.facts().self_issued) issuers.insert(certificate.facts().issuer.canonical);
    }
  }
  return issuers;
}

void not_a_ca(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  const bool some_ca = std::ranges::any_of(view.content.announced, [](const Certificate& one) {
    return one.facts().is_ca || one.facts().self_signed;
  });
  if (!some_ca) return;                               // leaf-as-client-ca speaks
  std::optional<std::set<std::string_view>> issuers;  // read where it matters
  const auto issues = [&](const CertificateFacts& facts) {
    if (!issuers) issuers = issuers_of_canaries(view);
    return issuers->contains(facts.subject.canonical);
  };
  report_members(
      view,
      [&](const Member& member) {
        const CertificateFacts& facts = member.certificate.facts();
        if (facts.is_ca) return !pki::may_issue_clients(member.certificate);
        // A pinned client may stand here (R6.2), unless it is meant to issue.
        return !facts.self_signed || pki::is_meant_to_issue(member.certificate) || issues(facts);
      },
      findings);
}

// What the security level of the block that decides demands; nullopt: nothing is verified here.
std::optional<int> bits_demanded(const ServerView& view) {
  const config::TlsContext* owner = view.owner();
  if (!asks(view.server()) || owner == nullptr) return std::nullopt;
  return pki::security_bits_of_level(
      owner->security_level().value_or(trust::kDefaultSecurityLevel));
}

void weak_key(const ServerView& view, Findings& findings) {
  const auto demanded = bits_demanded(view);
  if (!demanded) return;
  report_members(
      view,
      [=](const Member& member) { return member.certificate.facts().security_bits < *demanded; },
      findings);
}

void weak_signature(const ServerView& view, Findings& findings) {
  const auto demanded = bits_demanded(view);
  if (!demanded) return;
  report_members(
      view,
      [=](const Member& member) {
        return !member.is_anchor() && pki::signature_bits(member.certificate) < *demanded;
      },
      findings);
}

void ca_names_too_large(const ServerView& view, Findings& findings) {
  // RFC 5246 §7.4.4 gives the names 2^16-1 bytes; RFC 8446 §4.3.2 gives as many to all extensions,
  // and OpenSSL's signature_algorithms and the headers take some 60 of them.
  constexpr std::size_t kLimit = 0xffff - 64;
  const std::size_t bytes = view.facts.ca_names_bytes;
  if (!asks(view.server()) || bytes <= kLimit) return;
  findings.add(finding_in_file(view, client_ca_file(view),
                               std::to_string(view.facts.ca_names) + " names take " +
                                   std::to_string(bytes) + " bytes, the limit is " +
                                   std::to_string(kLimit)));
}

// RFC 5246 §7.4.2: each certificate certifies the one before it. "": each does.
std::string disorder_of(const std::vector<Certificate>& chain) {
  const auto breaks =
      std::ranges::adjacent_find(chain, [](const Certificate& child, const Certificate& issuer) {
        return child.facts().issuer != issuer.facts().subject;
      });
  if (breaks == chain.end()) return "";
  return named(std::next(breaks)->facts()) + " did not issue " + named(breaks->facts()) +
         " before it";
}

void chain_order(const ServerView& view, Findings& findings) {
  if (!view.server().serves_tls()) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    for (const std::string& path : known_paths(reference)) {
      const pki::Material* material = view.material().content(&path);
      if (material == nullptr) continue;
      const std::string disorder = disorder_of(material->certificates);
      if (!disorder.empty()) findings.add(finding_for_file(view, path, disorder));
    }
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kChainOrder,
         .id = "chain-order",
         .severity = Severity::kInfo,
         .about = About::kFile,
         .meaning = "In the chain that this server presents, a certificate is not followed by its "
                    "issuer. nginx sends the certificates in the order of the file, and some "
                    "clients do not sort them.",
         .remedy = "Write the server's certificate first, then the issuer of each one.",
         .check = chain_order},
    Rule{.kind = FindingKind::kNotACa,
         .id = "not-a-ca",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "A certificate among the client CAs cannot issue client certificates: it is "
                    "not a CA, or its extended key usage lacks clientAuth. nginx advertises it, "
                    "and its clients get 400 (21:unable to verify the first certificate, "
                    "26:unsuitable certificate purpose).",
         .remedy = "Replace it with the CA that issues the clients' certificates.",
         .check = not_a_ca},
    Rule{.kind = FindingKind::kWeakKey,
         .id = "weak-key",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "The key of a client CA is weaker than the security level of ssl_ciphers "
                    "demands: its clients get 400 (67:CA certificate key too weak).",
         .remedy = "Replace the CA with one that has a stronger key. Until then, ssl_ciphers with "
                   "@SECLEVEL=1 or 0 accepts it.",
         .check = weak_key},
    Rule{.kind = FindingKind::kWeakSignature,
         .id = "weak-signature",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "An intermediate is signed with a digest that the security level of "
                    "ssl_ciphers forbids: clients under it get 400 (68:CA signature digest "
                    "algorithm too weak).",
         .remedy = "Have it issued again with SHA-256; its key may stay.",
         .check = weak_signature},
    Rule{.kind = FindingKind::kCaNamesTooLarge,
         .id = "ca-names-too-large",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "The names of the client CAs do not fit into a CertificateRequest: the "
                    "handshake fails for everyone.",
         .remedy = "Remove CAs from ssl_client_certificate; those in ssl_trusted_certificate are "
                   "not advertised.",
         .check = ca_names_too_large},
};

}  // namespace

Subject material_rules() { return kRules; }

}  // namespace mtls::audit::rules
