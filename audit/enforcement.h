// Whether a server block serves nobody without a verified certificate: what its text says, and
// whether this very nginx keeps it (R9.1, R9.9). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "audit/snapshot.h"
#include "config/nginx_build.h"

namespace mtls::audit {

struct Enforcement {
  std::optional<bool> enforced;  // nullopt: undecidable
  // Why nginx does not keep, or may not keep, what the text says; "": it does.
  std::string note = {};
  // Over TLS nobody gets in without a verified certificate, whatever the guards say (VerifyMode
  // Require).
  bool demanded_by_handshake = false;
  bool is_bypassed = false;  // a known hole of this release is the reason
};

/// REQUIRES: `snapshot` has config and package.
Enforcement enforcement_of(const Snapshot& snapshot, const config::NginxBuild& build,
                           std::size_t server);

}  // namespace mtls::audit
