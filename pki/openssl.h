// OpenSSL's objects as C++ owns them, and its error queue as a value. Private to the floor: no
// header of another floor, and no public header of this one, includes it.
#pragma once

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/owned.h"
#include "base/time.h"
#include "pki/public_key.h"
#include "pki/types.h"

namespace mtls::pki {

using base::Owned;

using OwnedCertificate = Owned<X509, X509_free>;
using OwnedRevocationList = Owned<X509_CRL, X509_CRL_free>;

/// One certificate, twice at most: OpenSSL reads a key only together with its certificate, slowly,
/// and few of the certificates of a large file are ever needed whole.
class CertificateHandle {
 public:
  CertificateHandle(OwnedCertificate x509, OwnedKey key);

  /// For everything but the key, and EXFLAG_SS, which needs it: CertificateFacts::self_signed.
  X509* x509() const { return x509_.get(); }
  /// nullptr: OpenSSL does not take it, or it is not read (KeyReader).
  EVP_PKEY* key() const { return key_.get(); }
  /// What d2i_X509() makes of it, for OpenSSL to judge; read anew once.
  X509* whole() const;

  /// The handle whose x509() it is; nullptr: it is a whole().
  static const CertificateHandle* of(const X509* x509);

 private:
  OwnedCertificate x509_;
  OwnedKey key_;
  mutable OwnedCertificate whole_;
};

/// `issuer` can have issued `subject` as far as names, key ids and the algorithm of `key`, the
/// issuer's, tell: ossl_x509_likely_issued() of OpenSSL 3.0, for certificates whose own key is not
/// read.
bool is_likely_issuer(X509* issuer, const EVP_PKEY* key, X509* subject);
/// The algorithm part of it: check_sig_alg_match().
bool fits_signature(const EVP_PKEY* key, const X509* subject);

struct RevocationListHandle {
  OwnedRevocationList crl;
  mutable std::map<Fingerprint, bool> signers = {};  // by CertificateFacts::key, what was asked
};

/// Starts libcrypto without reading openssl.cnf: what the file says of security levels is the
/// caller's to know. Idempotent; first thing in every function that may be the first to call
/// OpenSSL.
void start_openssl();

/// kParse with `what` and the innermost reason of the queue (never bytes of the input); the queue
/// is empty afterwards.
base::Error drain_errors(std::string_view what);

Fingerprint sha256(std::span<const unsigned char> bytes);
inline std::span<const unsigned char> bytes_of(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}
inline std::string_view text_of(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// nullopt when the text is no date to X509_cmp_time(): 30 February, second 60, garbage (C10), but
/// also an offset, a fraction or missing seconds (C11).
std::optional<base::sys_seconds> time_of(const ASN1_TIME* time);

SerialNumber serial_of(const ASN1_INTEGER* integer);

inline constexpr std::string_view kNoCommonName = "(none)";

/// `common_name` is kNoCommonName when the name has none.
DistinguishedName name_of(const X509_NAME* name);

}  // namespace mtls::pki
