// Releases of OpenSSL, as far as they judge differently (R2.39, R9.4, R9.14, R9.17, R9.18). The one
// that nginx runs with decides (R9.5), and need not be the one that this program is linked with.
// Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace mtls::pki {

struct OpensslRelease {
  int major = 3;
  int minor = 0;
  int patch = 0;  // 0: the first one, or not known

  auto operator<=>(const OpensslRelease&) const = default;
};
/// `3.5`, `3.5.9`.
std::string to_string(OpensslRelease release);

/// The OpenSSL that this program is linked with.
OpensslRelease linked_openssl();

/// The first release that reads no time without seconds or without its final Z (R9.18), and that
/// has ML-DSA and SLH-DSA (R9.4).
inline constexpr OpensslRelease kOpenssl35{3, 5};
/// The first release that asks for no CRL about a self-signed certificate (R9.17).
inline constexpr OpensslRelease kOpenssl36{3, 6};

/// Whether it takes a delta CRL for a full list. get_crl_score() did where nobody asks for extended
/// CRLs, until the releases of August 2026 (R9.14).
bool takes_deltas_for_full(OpensslRelease release);

/// Whether it refuses to serve a certificate because of the digest it is signed with: `ca md too
/// weak` (ssl_security_cert(); R2.39). Not since August 2026, but in 3.0. nullopt: not known.
std::optional<bool> checks_served_digests(OpensslRelease release);

/// X509_verify_cert_error_string() of `release`.
std::string verify_text(int code, OpensslRelease release);

/// An algorithm of keys and signatures that OpenSSL has had since `since`.
struct LateAlgorithm {
  std::string name;  // "ML-DSA-65"; "": every release of OpenSSL 3 has it, or none
  OpensslRelease since = {};
};
/// `oid`: dotted.
LateAlgorithm late_algorithm(std::string_view oid);

}  // namespace mtls::pki
