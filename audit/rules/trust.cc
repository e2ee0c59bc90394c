// Rules about the CAs a server trusts: roles, roots, depth, expiry and what replaces what.
#include <algorithm>
#include <set>
#include <string_view>

#include "audit/clock.h"
#include "audit/rules/rules.h"
#include "audit/trust/public_roots.h"

namespace mtls::audit::rules {
namespace {

using pki::CertificateFacts;
using pki::Member;

// The names, canonical, under which the store holds a CA certificate in force.
using Names = std::set<std::string_view>;

Names names_in_force(const ServerView& view) {
  Names names;
  for (const Member& member : view.facts.store.members) {
    const CertificateFacts& facts = member.certificate.facts();
    if (facts.is_ca && view.clock().is_within(facts.validity))
      names.insert(facts.subject.canonical);
  }
  return names;
}

Finding about_ca(const ServerView& view, FindingKind kind, const CertificateFacts& facts,
                 const std::string& what) {
  Finding finding = finding_for(view, kind, named(facts) + " " + what);
  finding.fingerprint = facts.fingerprint;
  return finding;
}

void leaf_as_ca(const ServerView& view, std::vector<Finding>& findings) {
  const auto& announced = view.content.announced;
  const bool useless =
      std::none_of(announced.begin(), announced.end(), [](const pki::Certificate& certificate) {
        return certificate.facts().is_ca ||
               certificate.facts().self_signed;  // a pinned self-signed client works (R6.2)
      });
  if (announced.empty() || !useless) return;
  findings.push_back(
      about_ca(view, FindingKind::kLeafAsClientCa, announced.front().facts(), "is not a CA"));
}

void validity(const ServerView& view, const CertificateFacts& facts, const Names& in_force,
              std::vector<Finding>& findings) {
  const auto& [not_before, not_after] = facts.validity;
  const bool replaced = in_force.contains(facts.subject.canonical);  // by another: this one is not
  if (not_after && view.clock().has_come(*not_after)) {
    findings.push_back(
        about_ca(view, replaced ? FindingKind::kCaSupersededExpired : FindingKind::kCaExpired,
                 facts, "expired at " + base::rfc3339(*not_after)));
  } else if (not_before && !view.clock().has_come(*not_before) && !replaced) {
    findings.push_back(about_ca(view, FindingKind::kCaNotYetValid, facts,
                                "is not valid before " + base::rfc3339(*not_before)));
  }
}

void members(const ServerView& view, std::vector<Finding>& findings) {
  const Names in_force = names_in_force(view);
  // What only ssl_trusted_certificate adds, for stapling say, is nobody's outage.
  for (std::size_t i = 0; i < view.content.issuing; ++i) {
    const Member& member = view.facts.store.members[i];
    const CertificateFacts& facts = member.certificate.facts();
    if (member.duplicate || !facts.is_ca) continue;
    validity(view, facts, in_force, findings);
    if (!member.chains_to_anchor) {
      findings.push_back(
          about_ca(view, FindingKind::kBundleMissingRoot, facts, "does not lead to a root"));
    }
  }
}

// nullptr: none of the issuing CAs loses its own last path then.
const Member* first_to_end(const ServerView& view, base::sys_seconds until) {
  for (std::size_t i = 0; i < view.content.issuing; ++i) {
    const Member& member = view.facts.store.members[i];
    if (member.certificate.facts().is_ca && member.path_until == until) return &member;
  }
  return nullptr;
}

void expires_soon(const ServerView& view, std::vector<Finding>& findings) {
  const auto until = view.facts.trust_until;
  if (!until || view.clock().has_come(*until)) return;
  if (!view.clock().is_near(*until, kCaExpiresSoon)) return;
  const Member* ending = first_to_end(view, *until);
  const std::string name = ending != nullptr ? named(ending->certificate.facts()) : "a client CA";
  std::string next;
  if (ending != nullptr && ending->successor) {
    const Member& successor = view.facts.store.members[*ending->successor];
    next = "; its successor is " + named(successor.certificate.facts());
  }
  findings.push_back(
      finding_for(view, FindingKind::kCaExpiresSoon,
                  name + " has no valid certificate from " + base::rfc3339(*until) + " on" + next));
}

void missing_successor(const ServerView& view, std::vector<Finding>& findings) {
  for (const Member& member : view.facts.store.members) {
    const CertificateFacts& facts = member.certificate.facts();
    const auto end = facts.validity.not_after;
    if (!member.serves_issuing || member.duplicate || member.successor) continue;
    if (!facts.is_ca || !end) continue;
    if (view.clock().has_come(*end) || !view.clock().is_near(*end, kCaExpiresSoon)) continue;
    findings.push_back(about_ca(view, FindingKind::kBundleMissingSuccessor, facts,
                                "ends at " + base::rfc3339(*end) + " without a successor"));
  }
}

void depth(const ServerView& view, const config::TlsContext& decides,
           std::vector<Finding>& findings) {
  constexpr int kUnbounded = 10;  // no PKI in use has that many intermediates
  const int configured = decides.verify_depth.value;
  const auto report = [&](FindingKind kind, const std::string& more) {
    findings.push_back(
        finding_for(view, kind, "ssl_verify_depth is " + std::to_string(configured) + more));
  };
  const int required = view.facts.depth_required.value_or(0);
  if (required > configured) {
    report(FindingKind::kDepthTooSmall, ", the bundle needs " + std::to_string(required));
  } else if (configured < 2) {
    report(FindingKind::kDepthBelowTwo, "");
    if (view.profile == Profile::kStrict) findings.back().severity = Severity::kWarning;
  }
  if (configured >= std::max(kUnbounded, required + 1)) report(FindingKind::kDepthUnbounded, "");
}

// `certificates` are of one file: the CAs of the web among them.
bool public_roots(const ServerView& view, const std::string& path,
                  const std::vector<pki::Certificate>& certificates,
                  std::vector<Finding>& findings) {
  const bool all = trust::is_system_bundle(path);
  const auto is_public = [&](const pki::Certificate& certificate) {
    return certificate.facts().is_ca && (all || trust::is_public_ca(certificate.facts()));
  };
  const auto first = std::find_if(certificates.begin(), certificates.end(), is_public);
  if (first == certificates.end()) return false;
  const auto count = std::count_if(first, certificates.end(), is_public);
  findings.push_back(finding_for_file(view, FindingKind::kTrustWidenedByPublicRoots, path,
                                      "holds " + std::to_string(count) +
                                          " CA(s) of the web, the first is " +
                                          named(first->facts())));
  return true;
}

// In the store, ssl_trusted_certificate's `count` certificates follow the issuing ones.
void unneeded_trust(const ServerView& view, const std::string& path, std::size_t count,
                    std::vector<Finding>& findings) {
  std::vector<const CertificateFacts*> unneeded;
  const auto& members = view.facts.store.members;
  const std::size_t end = std::min(view.content.issuing + count, members.size());
  for (std::size_t i = view.content.issuing; i < end; ++i) {
    const Member& member = members[i];
    const CertificateFacts& facts = member.certificate.facts();
    if (facts.is_ca && member.chains_to_anchor && !member.serves_issuing && !member.duplicate)
      unneeded.push_back(&facts);
  }
  if (unneeded.empty()) return;
  findings.push_back(finding_for_file(view, FindingKind::kTrustWidenedByTrustedCertificate, path,
                                      "holds " + std::to_string(unneeded.size()) +
                                          " CA(s) that no client CA needs, the first is " +
                                          named(*unneeded.front())));
}

void widened(const ServerView& view, const config::TlsContext& decides,
             std::vector<Finding>& findings) {
  const trust::TrustPaths paths = trust::trust_paths(decides, view.build);
  const pki::Material* client = view.material().content(paths.client);
  const pki::Material* trusted = view.material().content(paths.trusted);
  if (client != nullptr) public_roots(view, *paths.client, client->certificates, findings);
  const bool twice =
      paths.client != nullptr && paths.trusted != nullptr && *paths.client == *paths.trusted;
  if (trusted == nullptr || twice) return;
  if (public_roots(view, *paths.trusted, trusted->certificates, findings)) return;
  unneeded_trust(view, *paths.trusted, trusted->certificates.size(), findings);
}

}  // namespace

void trust_rules(const ServerView& view, std::vector<Finding>& findings) {
  if (!asks(view.server())) return;
  leaf_as_ca(view, findings);
  members(view, findings);
  expires_soon(view, findings);
  missing_successor(view, findings);
  const config::ResolvedConfig& resolved = view.snapshot.config->resolved;
  const auto owner = resolved.tls_owner(view.index);  // R3.44: the default server's may judge
  if (!owner) return;
  depth(view, resolved.servers[*owner], findings);
  widened(view, resolved.servers[*owner], findings);
}

}  // namespace mtls::audit::rules
