// Rules about what stands in the files: certificates that cannot do what they are there for, names
// that do not fit the wire, files that anybody may write.
#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "audit/rules/rules.h"
#include "base/text.h"
#include "pki/strength.h"

namespace mtls::audit::rules {
namespace {

using pki::Certificate;
using pki::CertificateFacts;
using pki::Member;

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

// One finding for all of a kind, however many: a file may hold thousands.
void report_members(const ServerView& view, FindingKind kind, const Test& concerns,
                    std::vector<Finding>& findings) {
  const std::vector<const Member*> used = members_in_use(view);
  const auto is_concerned = [&](const Member* member) { return concerns(*member); };
  const auto first = std::find_if(used.begin(), used.end(), is_concerned);
  if (first == used.end()) return;
  const auto more = std::count_if(std::next(first), used.end(), is_concerned);
  const CertificateFacts& facts = (*first)->certificate.facts();
  Finding finding = finding_for(
      view, kind, named(facts) + (more > 0 ? " and " + std::to_string(more) + " more" : ""));
  finding.fingerprint = facts.fingerprint;
  findings.push_back(std::move(finding));
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

void not_a_ca(const ServerView& view, std::vector<Finding>& findings) {
  const std::vector<Certificate>& announced = view.content.announced;
  const bool some_ca =
      std::any_of(announced.begin(), announced.end(), [](const Certificate& certificate) {
        return certificate.facts().is_ca || certificate.facts().self_signed;
      });
  if (!some_ca) return;                               // leaf-as-client-ca speaks
  std::optional<std::set<std::string_view>> issuers;  // read where it matters
  const auto issues = [&](const CertificateFacts& facts) {
    if (!issuers) issuers = issuers_of_canaries(view);
    return issuers->contains(facts.subject.canonical);
  };
  report_members(
      view, FindingKind::kNotACa,
      [&](const Member& member) {
        const CertificateFacts& facts = member.certificate.facts();
        if (facts.is_ca) return !pki::may_issue_clients(member.certificate);
        // A pinned client may stand here (R6.2), unless it is meant to issue.
        return !facts.self_signed || pki::is_meant_to_issue(member.certificate) || issues(facts);
      },
      findings);
}

void strength(const ServerView& view, std::vector<Finding>& findings) {
  const config::ResolvedConfig& resolved = view.snapshot.config->resolved;
  const auto owner = resolved.tls_owner(view.index);
  if (!owner) return;
  const int demanded = pki::security_bits_of_level(
      resolved.servers[*owner].security_level().value_or(trust::kDefaultSecurityLevel));
  report_members(
      view, FindingKind::kWeakKey,
      [=](const Member& member) { return member.certificate.facts().security_bits < demanded; },
      findings);
  report_members(
      view, FindingKind::kWeakSignature,
      [=](const Member& member) {
        return !member.is_anchor() && pki::signature_bits(member.certificate) < demanded;
      },
      findings);
}

void ca_names(const ServerView& view, std::vector<Finding>& findings) {
  // RFC 5246 §7.4.4 gives the names 2^16-1 bytes; RFC 8446 §4.3.2 gives as many to all extensions,
  // and OpenSSL's signature_algorithms and the headers take some 60 of them.
  constexpr std::size_t kLimit = 0xffff - 64;
  const std::size_t bytes = view.facts.ca_names_bytes;
  if (bytes <= kLimit) return;
  findings.push_back(finding_for(view, FindingKind::kCaNamesTooLarge,
                                 std::to_string(view.facts.ca_names) + " names take " +
                                     std::to_string(bytes) + " bytes, the limit is " +
                                     std::to_string(kLimit)));
}

// RFC 5246 §7.4.2: each certificate certifies the one before it.
void chain_order(const ServerView& view, const std::string& path, std::vector<Finding>& findings) {
  const pki::Material* material = view.material().content(&path);
  if (material == nullptr) return;
  const std::vector<Certificate>& chain = material->certificates;
  const auto breaks = std::adjacent_find(chain.begin(), chain.end(),
                                         [](const Certificate& child, const Certificate& issuer) {
                                           return child.facts().issuer != issuer.facts().subject;
                                         });
  if (breaks == chain.end()) return;
  findings.push_back(finding_for_file(view, FindingKind::kChainOrder, path,
                                      named(std::next(breaks)->facts()) + " did not issue " +
                                          named(breaks->facts()) + " before it"));
}

void chain_orders(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().on_tls_socket) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    for (const std::string& path : known_paths(reference)) chain_order(view, path, findings);
  }
}

}  // namespace

void material_rules(const ServerView& view, std::vector<Finding>& findings) {
  chain_orders(view, findings);
  if (!asks(view.server())) return;
  not_a_ca(view, findings);
  strength(view, findings);
  ca_names(view, findings);
}

void writable_file_rules(const Snapshot& snapshot, std::vector<Finding>& findings) {
  constexpr std::uint32_t kWritableByOthers = 0002;  // S_IWOTH
  std::set<std::string> ours;                        // nginx does not read them
  for (const Canary& canary : snapshot.canaries) ours.insert(canary.path);
  for (const auto& [path, seen] : snapshot.sightings()) {
    if (!seen.stamp || (seen.stamp->mode & kWritableByOthers) == 0 || ours.contains(path)) continue;
    findings.push_back({.kind = FindingKind::kFileWorldWritable,
                        .context = {},
                        .path = path,
                        .fingerprint = {},
                        .at = {},
                        .detail = base::sanitize(path, base::kMaxPathBytes)});
  }
}

}  // namespace mtls::audit::rules
