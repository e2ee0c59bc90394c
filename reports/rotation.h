// Client CAs that are being replaced, in words. Pure.
#pragma once

#include <string>
#include <vector>

#include "audit/snapshot.h"

namespace mtls::reports {

/// One old CA certificate and what takes over.
struct Rotation {
  std::string subject;  // of both, RFC 2253, not sanitized
  std::string words;    // `ends in 10 days, successor here until 2031-11-29`
  std::string advice;   // `the old one can go`; "": there is none
};

/// Of the trust store of one server block, in its order.
std::vector<Rotation> rotations_of(const audit::ServerAudit& judged, base::sys_seconds now);

}  // namespace mtls::reports
