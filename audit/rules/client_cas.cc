// Rules about each client CA: whether it is a CA, in force, and leads to a root.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using pki::CertificateFacts;
using pki::paths::Member;

// Of the `member`-th certificate of the store.
Finding about_ca(const ServerView& view, std::size_t member, const std::string& what) {
  const CertificateFacts& facts = view.facts.store.members[member].certificate.facts();
  Finding finding = finding_in_file(view, file_of_member(view, member), named(facts) + " " + what);
  finding.fingerprint = facts.fingerprint;
  return finding;
}

void leaf_as_ca(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  const auto& announced = view.content.announced;
  const bool useless = std::ranges::none_of(announced, [](const pki::Certificate& certificate) {
    return certificate.facts().is_ca ||
           certificate.facts().self_signed;  // a pinned self-signed client works (R6.2)
  });
  if (announced.empty() || !useless) return;
  const CertificateFacts& first = announced.front().facts();
  Finding finding = finding_in_file(view, file_of_ca(view, first), named(first) + " is not a CA");
  finding.fingerprint = first.fingerprint;
  findings.add(std::move(finding));
}

// Calls `look(item, member)` for each CA that clients are meant to come from. What only
// ssl_trusted_certificate adds, for stapling say, is nobody's outage.
template <class Look>
void for_each_client_ca(const ServerView& view, const Look& look) {
  if (!asks(view.server())) return;
  for (std::size_t i = 0; i < view.content.issuing; ++i) {
    const Member& member = view.facts.store.members[i];
    if (!member.duplicate && member.certificate.facts().is_ca) look(i + 1, member);
  }
}

bool has_expired(const CertificateFacts& facts, const Clock& clock) {
  return facts.validity.not_after && clock.has_come(*facts.validity.not_after);
}

// Whether the store holds a CA certificate in force of the same name that leads to an anchor.
class Replacements {
 public:
  explicit Replacements(const ServerView& view) : view_(view) {}

  bool has(const CertificateFacts& facts) {
    if (!names_) names_ = names_in_force();
    return names_->contains(facts.subject.canonical);
  }

 private:
  std::set<std::string_view> names_in_force() const {
    std::set<std::string_view> names;
    for (const Member& member : view_.facts.store.members) {
      const CertificateFacts& facts = member.certificate.facts();
      if (facts.is_ca && member.chains_to_anchor && view_.clock().is_within(facts.validity))
        names.insert(facts.subject.canonical);
    }
    return names;
  }

  const ServerView& view_;
  std::optional<std::set<std::string_view>> names_;  // once it is asked for; most stores never are
};

// Who leads over a CA certificate of the store, by its index: the first of the CAs below it, else
// the first known client.
class Dependents {
 public:
  explicit Dependents(const ServerView& view) : view_(view) {}

  // "": nobody that is known.
  std::string of(std::size_t ca) {
    if (!first_) first_ = find();
    const auto found = first_->find(ca);
    return found == first_->end() ? "" : named(*found->second);
  }

 private:
  std::map<std::size_t, const CertificateFacts*> find() const {
    std::map<std::size_t, const CertificateFacts*> first;
    const auto& members = view_.facts.store.members;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto issuer = members[i].issuer;
      if (members[i].in_use && issuer && *issuer != i)
        first.try_emplace(*issuer, &members[i].certificate.facts());
    }
    for (const pki::paths::ClientPath& path : view_.facts.store.clients) {
      if (path.issuer) first.try_emplace(*path.issuer, &path.below->facts());
    }
    return first;
  }

  const ServerView& view_;
  std::optional<std::map<std::size_t, const CertificateFacts*>> first_;
};

std::string expired_text(const CertificateFacts& facts) {
  return "expired at " + base::rfc3339(*facts.validity.not_after);
}

// Nobody that is known needs it any longer (R9.11).
bool is_superseded(const Member& member, Replacements& replacements) {
  return !member.in_use && (member.handed_over || replacements.has(member.certificate.facts()));
}

void superseded(const ServerView& view, Findings& findings) {
  Replacements replacements(view);
  for_each_client_ca(view, [&](std::size_t item, const Member& member) {
    const CertificateFacts& facts = member.certificate.facts();
    if (!has_expired(facts, view.clock()) || !is_superseded(member, replacements)) return;
    findings.add_at(item, about_ca(view, item - 1, expired_text(facts)));
  });
}

void expired(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  Replacements replacements(view);
  Dependents dependents(view);
  const auto& members = view.facts.store.members;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    const CertificateFacts& facts = member.certificate.facts();
    const bool concerns_clients = i < view.content.issuing || member.in_use;
    if (!concerns_clients || member.duplicate || !facts.is_ca) continue;
    if (!has_expired(facts, view.clock()) || is_superseded(member, replacements)) continue;
    std::string text = expired_text(facts);
    const std::string below = replacements.has(facts) ? dependents.of(i) : "";
    if (!below.empty())
      text += ", and " + below +
              " fits no other certificate of this name: its issuer's key or "
              "its authorityKeyIdentifier says so";
    findings.add_at(i + 1, about_ca(view, i, text));
  }
}

void not_yet_valid(const ServerView& view, Findings& findings) {
  Replacements replacements(view);
  for_each_client_ca(view, [&](std::size_t item, const Member& member) {
    const CertificateFacts& facts = member.certificate.facts();
    const auto begin = facts.validity.not_before;
    if (has_expired(facts, view.clock()) || !begin) return;
    if (view.clock().has_come(*begin)) return;
    if (replacements.has(facts)) return;
    findings.add_at(item, about_ca(view, item - 1, "is not valid before " + base::rfc3339(*begin)));
  });
}

void missing_root(const ServerView& view, Findings& findings) {
  std::set<std::size_t> told;  // by cross-certificate-first
  for (const pki::paths::OrderProblem& problem : view.facts.store.order_problems) {
    if (problem.same_key) told.insert(problem.taken);
  }
  Replacements replacements(view);
  for_each_client_ca(view, [&](std::size_t item, const Member& member) {
    if (member.chains_to_anchor || member.spared || told.contains(item - 1)) return;
    const bool is_over = has_expired(member.certificate.facts(), view.clock());
    if (is_over && is_superseded(member, replacements)) return;  // ca-superseded-expired speaks
    findings.add_at(item, about_ca(view, item - 1, "does not lead to a root"));
  });
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kLeafAsClientCa,
         .id = "leaf-as-client-ca",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "The CA bundle holds only end-entity certificates: nginx -t passes, and every "
                    "client gets 400 (21:unable to verify the first certificate).",
         .remedy = "Replace them with the certificate of the CA that issued them, and its issuers "
                   "up to the root.",
         .check = leaf_as_ca},
    Rule{.kind = FindingKind::kCaSupersededExpired,
         .id = "ca-superseded-expired",
         .severity = Severity::kInfo,
         .about = About::kFile,
         .meaning = "A CA certificate has expired, and a valid one of the same name (or its "
                    "declared successor) is present. No CA of the bundle and no known client "
                    "needs the old one.",
         .remedy = "Remove the old one when convenient. A client whose certificate names it by "
                   "serial number is refused already; openssl x509 -noout -ext "
                   "authorityKeyIdentifier -in CLIENT shows that number.",
         .check = superseded},
    Rule{.kind = FindingKind::kCaExpired,
         .id = "ca-expired",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "A client CA has expired, and nothing replaces it or some certificate below "
                    "it fits no other: its clients get 400 "
                    "(10:certificate has expired).",
         .remedy = "Add the renewed CA certificate to the bundle and reload nginx. Certificates "
                   "that name the old one by its serial number (authorityKeyIdentifier) have to be "
                   "issued again.",
         .narrow_remedy =
             "Remove the public web CAs first (trust-widened-by-public-roots). Add a renewed "
             "certificate only for a CA that issues your clients' certificates.",
         .check = expired},
    Rule{.kind = FindingKind::kCaNotYetValid,
         .id = "ca-not-yet-valid",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "A client CA is not valid yet: until then its clients get 400 (9:certificate "
                    "is not yet valid).",
         .remedy = "Check the clock and the CA's notBefore.",
         .check = not_yet_valid},
    Rule{.kind = FindingKind::kBundleMissingRoot,
         .id = "bundle-missing-root",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "A CA of the bundle does not lead to a self-signed root. nginx does not accept "
                    "partial chains, so its clients get 400 (2:unable to get issuer certificate).",
         .remedy = "Add the certificates of its issuers, up to the root.",
         .narrow_remedy = "Remove the public web CAs first (trust-widened-by-public-roots). Add "
                          "issuers only for a CA that issues your clients' certificates.",
         .check = missing_root},
};

}  // namespace

Subject client_ca_rules() { return kRules; }

}  // namespace mtls::audit::rules
