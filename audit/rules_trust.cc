// Rules about the CAs a server trusts: roles, roots, depth, expiry and what replaces what.
#include <algorithm>

#include "audit/horizon.h"
#include "audit/rules.h"

namespace mtls::audit {
namespace {

using pki::CertificateFacts;
using pki::Member;

bool valid_at(const CertificateFacts& facts, base::sys_seconds now) {
  return facts.validity.not_before && facts.validity.not_after &&
         *facts.validity.not_before <= now && now < *facts.validity.not_after;
}

bool has_valid_namesake(const ServerView& view, const CertificateFacts& facts) {
  const auto& members = view.facts.store.members;
  return std::any_of(members.begin(), members.end(), [&](const Member& other) {
    const CertificateFacts& theirs = other.certificate.facts();
    return theirs.fingerprint != facts.fingerprint && theirs.subject == facts.subject &&
           theirs.is_ca && valid_at(theirs, view.now());
  });
}

std::string named(const CertificateFacts& facts) {
  return facts.subject.rfc2253 + " (" + facts.fingerprint.label() + ")";
}

Finding about_ca(const ServerView& view, FindingKind kind, const CertificateFacts& facts,
                 const std::string& what) {
  Finding finding = about(view, kind, named(facts) + " " + what);
  finding.fingerprint = facts.fingerprint;
  return finding;
}

void leaf_as_ca(const ServerView& view, std::vector<Finding>& findings) {
  const auto& announced = view.content.announced;
  const bool useless =
      std::none_of(announced.begin(), announced.end(), [](const pki::Certificate& certificate) {
        return certificate.facts().is_ca ||
               certificate.facts().self_signed;  // a pinned self-signed client works (R6 row 2)
      });
  if (announced.empty() || !useless) return;
  findings.push_back(
      about_ca(view, FindingKind::kLeafAsClientCa, announced.front().facts(), "is not a CA"));
}

void validity(const ServerView& view, const CertificateFacts& facts,
              std::vector<Finding>& findings) {
  const base::sys_seconds now = view.now();
  const auto& [not_before, not_after] = facts.validity;
  if (not_after && *not_after <= now) {
    const bool replaced = has_valid_namesake(view, facts);
    findings.push_back(
        about_ca(view, replaced ? FindingKind::kCaSupersededExpired : FindingKind::kCaExpired,
                 facts, "expired at " + base::rfc3339(*not_after)));
  } else if (not_before && *not_before > now && !has_valid_namesake(view, facts)) {
    findings.push_back(about_ca(view, FindingKind::kCaNotYetValid, facts,
                                "is not valid before " + base::rfc3339(*not_before)));
  }
}

void members(const ServerView& view, std::vector<Finding>& findings) {
  // What only ssl_trusted_certificate adds, for stapling say, is nobody's outage.
  for (std::size_t i = 0; i < view.content.issuing; ++i) {
    const Member& member = view.facts.store.members[i];
    const CertificateFacts& facts = member.certificate.facts();
    if (member.duplicate || !facts.is_ca) continue;
    validity(view, facts, findings);
    if (!member.chains_to_anchor) {
      findings.push_back(
          about_ca(view, FindingKind::kBundleMissingRoot, facts, "does not lead to a root"));
    }
  }
}

void expires_soon(const ServerView& view, std::vector<Finding>& findings) {
  const auto until = view.facts.trust_until;
  if (!until || *until <= view.now() || *until - view.now() > kCaExpiresSoon) return;
  findings.push_back(
      about(view, FindingKind::kCaExpiresSoon,
            "a client CA has no valid certificate from " + base::rfc3339(*until) + " on"));
}

void depth(const ServerView& view, std::vector<Finding>& findings) {
  const config::ResolvedConfig& resolved = view.snapshot.config->resolved;
  const auto owner = resolved.tls_owner(view.index);  // R3.44: the default server's depth may judge
  const auto required = view.facts.depth_required;
  if (!required || !owner) return;
  const int configured = resolved.servers[*owner].verify_depth.value;
  if (*required <= configured) return;
  findings.push_back(about(view, FindingKind::kDepthTooSmall,
                           "ssl_verify_depth is " + std::to_string(configured) +
                               ", the bundle needs " + std::to_string(*required)));
}

}  // namespace

void trust_rules(const ServerView& view, std::vector<Finding>& findings) {
  if (!asks(view.server())) return;
  leaf_as_ca(view, findings);
  members(view, findings);
  expires_soon(view, findings);
  depth(view, findings);
}

}  // namespace mtls::audit
