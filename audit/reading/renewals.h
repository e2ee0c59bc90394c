// CRLs that a job renews: whoever asks about next month does not mean the lists of today. Pure.
#pragma once

#include "audit/policy.h"
#include "base/time.h"
#include "pki/material.h"

namespace mtls::audit::reading {

/// Whether the list will have been renewed at `at`, and needs to be: at Policy::files_as_of it is
/// fresh, which is not yet due by Thresholds::crl_expires_soon, and at `at` it is due.
bool is_renewed_until(const pki::RevocationListFacts& list, const Policy& policy,
                      base::sys_seconds at);

/// The same material, in which such lists are pki::assumed_renewed().
pki::Material with_renewals(pki::Material material, const Policy& policy, base::sys_seconds at);

}  // namespace mtls::audit::reading
