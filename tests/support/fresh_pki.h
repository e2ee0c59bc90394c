// Certificates that are valid now, for code under test that asks the real clock.
#pragma once

#include <chrono>
#include <string>

#include "base/time.h"
#include "tests/support/pki_maker.h"

namespace mtls::testing {

inline base::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// A self-signed CA that ends `left` from now.
inline Minted authority(const std::string& name,
                        std::chrono::seconds left = std::chrono::hours{200 * 24}) {
  CertificateSpec spec = ca_spec("CN=" + name);
  spec.not_before = now() - std::chrono::hours{24};
  spec.not_after = now() + left;
  return mint(spec);
}

inline Minted client(const std::string& name, const Minted& issuer) {
  CertificateSpec spec = client_spec("CN=" + name, issuer);
  spec.not_before = now() - std::chrono::hours{24};
  spec.not_after = now() + std::chrono::hours{100 * 24};
  return mint(spec);
}

/// Mints `spec`, valid from yesterday to tomorrow.
inline Minted mint_now(CertificateSpec spec) {
  spec.not_before = now() - std::chrono::hours{24};
  spec.not_after = now() + std::chrono::hours{24};
  return mint(spec);
}

}  // namespace mtls::testing
