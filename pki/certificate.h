// A certificate and a revocation list that exist are valid to use: no two-phase "is it loaded"
// objects. Facts are plain data; the OpenSSL object stays behind an opaque handle. Thread: confined
// to one evaluation at a time.
#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "pki/types.h"

namespace mtls::pki {

class CertificateHandle;  // pki/openssl.h, private to this floor
class KeyReader;          // pki/public_key.h, likewise
struct RevocationListHandle;

class Certificate {
 public:
  Certificate(CertificateFacts facts, std::shared_ptr<const CertificateHandle> handle);

  const CertificateFacts& facts() const { return *facts_; }
  const CertificateHandle& handle() const { return *handle_; }
  bool operator==(const Certificate& other) const { return facts() == other.facts(); }

 private:
  std::shared_ptr<const CertificateFacts> facts_;  // shared: a certificate is copied often
  std::shared_ptr<const CertificateHandle> handle_;
};

class RevocationList {
 public:
  RevocationList(RevocationListFacts facts, std::shared_ptr<const RevocationListHandle> handle);

  const RevocationListFacts& facts() const { return *facts_; }
  const RevocationListHandle& handle() const { return *handle_; }
  /// The key of `issuer` made the signature, whatever the names say. Computed once per key: a list
  /// can have a million entries and many server blocks.
  bool is_signed_by(const Certificate& issuer) const;
  bool operator==(const RevocationList& other) const { return facts() == other.facts(); }

 private:
  std::shared_ptr<const RevocationListFacts> facts_;
  std::shared_ptr<const RevocationListHandle> handle_;
};

/// kParse when OpenSSL does not accept the DER. `trusted`: the block was a TRUSTED CERTIFICATE
/// (d2i_X509_AUX).
base::Result<Certificate> parse_certificate(std::span<const unsigned char> der,
                                            bool trusted = false);
/// The same, one of many.
base::Result<Certificate> parse_certificate(std::span<const unsigned char> der, bool trusted,
                                            KeyReader& keys);
base::Result<RevocationList> parse_revocation_list(std::span<const unsigned char> der);

}  // namespace mtls::pki
