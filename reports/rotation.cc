#include "reports/rotation.h"

#include <algorithm>

#include "reports/dates.h"

namespace mtls::reports {
namespace {

std::string day(const std::optional<base::sys_seconds>& at) {
  constexpr std::size_t kDay = 10;
  return base::rfc3339(at.value_or(base::kNoExpiry)).substr(0, kDay);
}

std::string words_of(const pki::Validity& old, const pki::Validity& next, base::sys_seconds now) {
  const base::sys_seconds end = old.not_after.value_or(base::kNoExpiry);
  const std::string words = (end <= now ? "ended " : "ends ") + from_now(end, now) + ", successor ";
  if (next.not_before && *next.not_before > now) return words + "from " + day(next.not_before);
  return words + "here until " + day(next.not_after);
}

std::string advice_of(const audit::RotatingCa& ca) {
  if (ca.needed) return "the old one is still needed";
  return ca.droppable ? "the old one can go" : "";
}

}  // namespace

std::vector<Rotation> rotations_of(const audit::ServerAudit& judged, base::sys_seconds now) {
  std::vector<Rotation> rotations;
  const auto& members = judged.store.members;
  for (const audit::RotatingCa& ca : judged.rotation) {
    const auto member = std::ranges::find_if(members, [&](const pki::paths::Member& one) {
      return one.certificate.facts().fingerprint == ca.fingerprint;
    });
    if (member == members.end() || !member->successor) continue;
    const pki::CertificateFacts& old = member->certificate.facts();
    const pki::CertificateFacts& next = members[*member->successor].certificate.facts();
    rotations.push_back({.subject = old.subject.rfc2253,
                         .words = words_of(old.validity, next.validity, now),
                         .advice = advice_of(ca)});
  }
  return rotations;
}

}  // namespace mtls::reports
