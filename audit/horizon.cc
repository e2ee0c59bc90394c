#include "audit/horizon.h"

#include "pki/verify.h"

namespace mtls::audit {

std::optional<base::sys_seconds> crl_due_at(const pki::RevocationListFacts& list) {
  if (!list.this_update || !list.next_update) return std::nullopt;
  return *list.next_update - (*list.next_update - *list.this_update) / 4;
}

std::optional<base::sys_seconds> next_change(base::sys_seconds now, const ServerAudit& audit) {
  std::optional<base::sys_seconds> next;
  const auto offer = [&](std::optional<base::sys_seconds> instant) {
    if (instant && *instant > now && (!next || *instant < *next)) next = instant;
  };
  for (const auto& file : audit.used) {
    if (!file->material) continue;
    const pki::Material& material = *file->material;
    for (const base::sys_seconds instant :
         pki::instants_of_change(material.certificates, material.revocation_lists, now)) {
      offer(instant);
    }
    for (const pki::RevocationList& list : material.revocation_lists)
      offer(crl_due_at(list.facts()));
    for (const pki::Certificate& certificate : material.certificates) {
      if (const auto end = certificate.facts().validity.not_after) {
        offer(*end - kCaExpiresSoon);
        offer(*end - kServerCertificateExpiresSoon);
      }
    }
  }
  return next;
}

}  // namespace mtls::audit
