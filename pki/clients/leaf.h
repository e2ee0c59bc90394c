// A client's certificate apart from any file, and the keys of CAs that may have signed it. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pki/certificate.h"

namespace mtls::pki::clients {

/// The content of the first CERTIFICATE block. Empty: there is none, or its base64 is broken.
std::vector<unsigned char> der_of_pem(std::string_view pem);
/// CertificateFacts::fingerprint of a certificate with this DER.
Fingerprint fingerprint_of(std::span<const unsigned char> der);

/// `RSA 2048`, `EC prime256v1`, `ED25519`: its public key; "": OpenSSL does not know it.
std::string key_kind(const Certificate& certificate);
/// `sha256WithRSAEncryption`: how it was signed.
std::string signature_kind(const Certificate& certificate);

/// An object of its own with the same content, for another thread, made by that thread. Throws
/// std::bad_alloc.
Certificate detached(const Certificate& certificate);
RevocationList detached(const RevocationList& list);

/// The keys of CAs by the names that they sign under. Keys that were added stay. Not thread-safe.
class IssuerKeys {
 public:
  void add(const Certificate& ca);
  /// The key of a CA that has the name of the leaf's issuer and made the signature:
  /// CertificateFacts::key. nullopt: there is none.
  std::optional<Fingerprint> issuer_of(const Certificate& leaf) const;
  std::size_t size() const { return known_.size(); }

 private:
  std::map<std::string, std::vector<Certificate>> by_name_;  // by the canonical name
  std::set<std::pair<std::string, Fingerprint>> known_;      // names and keys
};

}  // namespace mtls::pki::clients
