#include "audit/rotation.h"

#include <algorithm>
#include <set>

namespace mtls::audit {
namespace {

using pki::CertificateFacts;
using pki::Member;

bool has_ended(const CertificateFacts& facts, base::sys_seconds now) {
  return facts.validity.not_after && *facts.validity.not_after <= now;
}

// Another certificate of the same name and key verifies all that `member` does, now and for longer.
bool is_replaced(const Member& member, const std::vector<Member>& members, base::sys_seconds now) {
  const CertificateFacts& facts = member.certificate.facts();
  return std::any_of(members.begin(), members.end(), [&](const Member& other) {
    const CertificateFacts& its = other.certificate.facts();
    return its.fingerprint != facts.fingerprint && its.subject == facts.subject &&
           its.key == facts.key && its.validity.not_before && *its.validity.not_before <= now &&
           other.path_until && member.path_until && *other.path_until > now &&
           *other.path_until >= *member.path_until &&
           its.validity.not_after > facts.validity.not_after;
  });
}

}  // namespace

std::vector<RotatingCa> rotating_cas(const TrustContent& content, const pki::BundleView& store,
                                     base::sys_seconds now) {
  const std::vector<Member>& members = store.members;
  std::set<std::size_t> successors;
  for (const Member& member : members) {
    if (member.successor) successors.insert(*member.successor);
  }
  std::set<pki::Fingerprint> announced;
  for (const pki::Certificate& certificate : content.announced) {
    announced.insert(certificate.facts().fingerprint);
  }
  std::vector<RotatingCa> rotating;
  for (std::size_t i = 0; i < std::min(content.issuing, members.size()); ++i) {
    const Member& member = members[i];
    const CertificateFacts& facts = member.certificate.facts();
    if (member.duplicate || !facts.is_ca) continue;
    if (!member.successor && !successors.contains(i)) continue;
    const bool is_needed = !has_ended(facts, now) && !is_replaced(member, members, now);
    rotating.push_back({.fingerprint = facts.fingerprint,
                        .announced = announced.contains(facts.fingerprint),
                        .needed = is_needed,
                        .droppable = !is_needed && member.successor.has_value()});
  }
  return rotating;
}

}  // namespace mtls::audit
