// A certificate and a revocation list. An object that exists is usable; there is no "not loaded
// yet" state. The facts are plain data, and the OpenSSL object stays behind an opaque handle. Not
// thread-safe: an object belongs to one evaluation at a time.
#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pki/openssl_release.h"
#include "pki/types.h"

namespace mtls::pki {

class CertificateHandle;  // pki/openssl.h, private to pki/
class KeyReader;          // pki/public_key.h, private to pki/
struct RevocationListHandle;

class Certificate {
 public:
  Certificate(CertificateFacts facts, std::shared_ptr<const CertificateHandle> handle);

  const CertificateFacts& facts() const { return *facts_; }
  const CertificateHandle& handle() const { return *handle_; }
  bool operator==(const Certificate& other) const { return facts() == other.facts(); }

 private:
  // Shared because certificates are copied often.
  std::shared_ptr<const CertificateFacts> facts_;
  std::shared_ptr<const CertificateHandle> handle_;
};

class RevocationList {
 public:
  RevocationList(RevocationListFacts facts, std::shared_ptr<const RevocationListHandle> handle);

  const RevocationListFacts& facts() const { return *facts_; }
  const RevocationListHandle& handle() const { return *handle_; }
  /// Whether the key of `issuer` made the signature; names do not matter. The answer is computed
  /// once per key, since a list can have a million entries and be used by many server blocks.
  bool is_signed_by(const Certificate& issuer) const;
  /// Whether its authorityKeyIdentifier allows `issuer`; names do not matter.
  bool may_be_of(const Certificate& issuer) const;
  /// Whether OpenSSL counts it for `certificate` of its issuer (R9.14): nothing bars it, and its
  /// scope fits the kind of certificate and one of its distribution points.
  bool covers(const Certificate& certificate) const;
  bool operator==(const RevocationList& other) const { return facts() == other.facts(); }

 private:
  std::shared_ptr<const RevocationListFacts> facts_;
  std::shared_ptr<const RevocationListHandle> handle_;
};

/// Parses one certificate. kParse when OpenSSL does not accept the DER. `trusted`: the block was a
/// TRUSTED CERTIFICATE (d2i_X509_AUX).
base::Result<Certificate> parse_certificate(std::span<const unsigned char> der,
                                            bool trusted = false);
/// The same for one certificate of many: they share a KeyReader and its limit on time.
base::Result<Certificate> parse_certificate(std::span<const unsigned char> der, bool trusted,
                                            KeyReader& keys);
/// Parses one CRL, for an nginx with OpenSSL `release`. kParse when OpenSSL does not accept the
/// DER.
base::Result<RevocationList> parse_revocation_list(std::span<const unsigned char> der,
                                                   OpensslRelease release = linked_openssl());

/// What its CA's later lists say, as far as this one tells: the same, and it never ends.
RevocationList assumed_renewed(const RevocationList& list);

}  // namespace mtls::pki
