#include "audit/reading/renewals.h"

#include "audit/clock.h"

namespace mtls::audit::reading {

bool is_renewed_until(const pki::RevocationListFacts& list, const Policy& policy,
                      base::sys_seconds at) {
  const auto due = crl_due_at(list, policy.thresholds.crl_expires_soon);
  if (!policy.files_as_of || !due || !list.this_update) return false;
  const bool is_fresh = *list.this_update <= *policy.files_as_of && *policy.files_as_of < *due;
  return is_fresh && *due <= at;
}

pki::Material with_renewals(pki::Material material, const Policy& policy, base::sys_seconds at) {
  for (pki::RevocationList& list : material.revocation_lists) {
    if (is_renewed_until(list.facts(), policy, at)) list = pki::assumed_renewed(list);
  }
  return material;
}

}  // namespace mtls::audit::reading
