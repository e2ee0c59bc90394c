// Certificates, chains and CRLs around the present, which is nginx's clock; each is ordinary except
// for one peculiarity. Knows nothing of nginx.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/pki_maker.h"

namespace mtls::testing {

using std::chrono::days;

inline base::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// What makes a certificate peculiar.
using Twist = std::function<void(CertificateSpec&)>;

inline Minted make(CertificateSpec spec, const Twist& twist) {
  spec.not_before = now() - days{30};
  spec.not_after = now() + days{365};
  if (twist) twist(spec);
  return mint(spec);
}

/// `issuer` nullptr makes a root.
inline Minted authority(const std::string& subject, const Minted* issuer = nullptr,
                        const Twist& twist = {}) {
  return make(ca_spec(subject, issuer), twist);
}

inline Minted leaf(const Minted* issuer, const Twist& twist = {}) {
  CertificateSpec spec;
  spec.subject = "CN=Client";
  spec.issuer = issuer;
  spec.ca = false;
  spec.key_usage = "critical,digitalSignature";
  spec.extended_key_usage = "clientAuth";
  return make(spec, twist);
}

inline void expired(CertificateSpec& spec) { spec.not_after = now() - days{1}; }
inline void early(CertificateSpec& spec) { spec.not_before = now() + days{1}; }
inline Twist purpose(const std::string& extended_key_usage) {
  return [=](CertificateSpec& spec) { spec.extended_key_usage = extended_key_usage; };
}
inline Twist usage(const std::string& key_usage) {
  return [=](CertificateSpec& spec) { spec.key_usage = key_usage; };
}
inline Twist key(KeyKind kind) {
  return [=](CertificateSpec& spec) { spec.key = kind; };
}
inline Twist digest(const std::string& name) {
  return [=](CertificateSpec& spec) { spec.digest = name; };
}
inline Twist same_key(const Minted& other, const Twist& more = {}) {
  return [&other, more](CertificateSpec& spec) {
    spec.same_key_as = &other;
    if (more) more(spec);
  };
}
inline void without_key_identifiers(CertificateSpec& spec) { spec.key_identifiers = false; }

inline CrlSpec crl_of(const Minted& issuer, const std::vector<const Minted*>& revoked = {}) {
  CrlSpec spec;
  spec.issuer = &issuer;
  spec.this_update = now() - days{2};
  spec.next_update = now() + days{7};
  spec.revoked = revoked;
  return spec;
}

/// The texts of certificates, one after the other.
inline std::string pem(const std::vector<const Minted*>& all) {
  std::string text;
  for (const Minted* minted : all) text += minted->certificate_pem;
  return text;
}

}  // namespace mtls::testing
