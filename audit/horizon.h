// When time alone changes an answer: the next instant at which a judgement has to be made anew.
// Pure.
#pragma once

#include <optional>

#include "audit/snapshot.h"

namespace mtls::audit {

inline constexpr std::chrono::days kCaExpiresSoon{30};
inline constexpr std::chrono::days kServerCertificateExpiresSoon{14};

/// A CRL is due when three quarters of its lifetime have passed.
std::optional<base::sys_seconds> crl_due_at(const pki::RevocationListFacts& list);

/// The first instant after `now` at which a verdict, a finding or a metric of this server can
/// differ: some certificate or CRL of its files begins or ends, or a warning period of one begins.
/// nullopt: never.
std::optional<base::sys_seconds> next_change(base::sys_seconds now, const ServerAudit& audit);

}  // namespace mtls::audit
