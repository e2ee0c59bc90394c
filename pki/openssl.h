// OpenSSL's objects under C++ ownership, and its error queue as a value. Private to pki/: no header
// of another floor and no public header of pki/ includes it.
#pragma once

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <new>
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

class RevocationList;
using base::Owned;

using OwnedCertificate = Owned<X509, X509_free>;
using OwnedRevocationList = Owned<X509_CRL, X509_CRL_free>;

/// What is asked of certificates again and again, computed once while their objects are there.
struct CertificateTraits {
  std::string key_kind;   // OpenSSL's name and number of the type of the key; "": no key
  std::string key_id;     // subjectKeyIdentifier, raw; "": none
  int client_trust = 0;   // X509_check_trust() for X509_TRUST_SSL_CLIENT
  bool is_sound = false;  // OpenSSL can read its extensions: X509_check_purpose() without a purpose
  int signature_bits = -1;  // pki/strength.h, like what follows
  int verification_weight = 1;
  bool may_act_as_client = false;
  bool may_issue_clients = false;  // where it is a CA
  bool is_meant_to_issue = false;
};

/// The OpenSSL object of one certificate, first without its key and read again with it on demand.
/// OpenSSL reads a key only together with its certificate, which is slow, and few certificates of a
/// large file are ever needed in full (ADR 15). Objects take five times the memory of the bytes, so
/// they can be dropped between two uses, and are made again from the bytes (ADR 20).
class CertificateHandle : public std::enable_shared_from_this<CertificateHandle> {
 public:
  /// How the bytes were read.
  enum class Reading {
    kPlain,
    kAnnotated,  // d2i_X509_AUX(): key and annotation are part of the object
    kSlowKey,    // as kPlain, and it takes long to read the key again
  };

  /// `der`: exactly the bytes that were read.
  CertificateHandle(std::span<const unsigned char> der, Reading reading, OwnedCertificate x509,
                    OwnedKey key);

  /// Needs no object.
  const CertificateTraits& traits() const { return traits_; }
  bool has_key() const { return has_key_; }

  /// For everything but the key and EXFLAG_SS, which depends on the key (use
  /// CertificateFacts::self_signed). Valid until objects are dropped.
  X509* x509() const;
  /// The bytes that were read. Needs no object, so any thread may ask.
  std::span<const unsigned char> der() const { return {der_.get(), size_}; }
  /// d2i_X509_AUX() read them.
  bool is_annotated() const { return reading_ == Reading::kAnnotated; }
  /// nullptr: OpenSSL does not accept the key, or KeyReader did not read it.
  EVP_PKEY* key() const;
  /// The result of d2i_X509(), with the key, for OpenSSL to judge. Parsed at the first call.
  X509* whole() const;
  /// Drops the objects, but those that take long to make.
  void drop() const;

  /// The handle to whose x509() this is; nullptr when it is the whole() of one.
  static const CertificateHandle* of(const X509* x509);

 private:
  void adopt(OwnedCertificate x509) const;

  std::unique_ptr<unsigned char[]> der_;
  std::uint32_t size_;
  Reading reading_;
  bool has_key_;
  CertificateTraits traits_;
  mutable OwnedCertificate x509_;
  mutable OwnedKey key_;
  mutable OwnedCertificate whole_;
};

/// `key`: that of the certificate, nullptr without one.
CertificateTraits traits_of(X509* x509, const EVP_PKEY* key);

/// The certificate at the beginning of `der`, without its key; `used`: the bytes that it takes.
OwnedCertificate read_without_key(std::span<const unsigned char> der, std::size_t& used);

/// Whether `issuer` can have issued `subject`, judged by names, key ids and the algorithm of `key`,
/// which is the issuer's: ossl_x509_likely_issued() of OpenSSL 3.0, for certificates parsed without
/// their key.
bool is_likely_issuer(X509* issuer, const EVP_PKEY* key, X509* subject);
/// The part of it that compares algorithms: check_sig_alg_match() of OpenSSL 3.0.
bool fits_signature(const EVP_PKEY* key, const X509* subject);

using OwnedKeyId = Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using OwnedScope = Owned<ISSUING_DIST_POINT, ISSUING_DIST_POINT_free>;

struct RevocationListHandle {
  OwnedRevocationList crl;
  OwnedKeyId key_id = nullptr;  // authorityKeyIdentifier
  OwnedScope scope = nullptr;   // issuingDistributionPoint
  // CertificateFacts::key -> the answer of is_signed_by().
  mutable std::map<Fingerprint, bool> signers = {};
};

/// With the same object of OpenSSL's, which threads may share, and nothing else in common.
RevocationList sharing(const RevocationList& list);

/// Starts libcrypto without reading openssl.cnf; the caller must know what that file says about
/// security levels. Idempotent. Every function that may be the first to call OpenSSL calls this
/// first.
void start_openssl();

/// What a function of OpenSSL has made. It gives nullptr when memory is short: std::bad_alloc.
template <class T>
T* made(T* object) {
  if (object == nullptr) throw std::bad_alloc();
  return object;
}
/// Whether a function succeeded that fails only when memory is short.
inline void must(bool has_succeeded) {
  if (!has_succeeded) throw std::bad_alloc();
}
/// Throws std::bad_alloc where `code` of the error queue is a lack of memory, which says nothing
/// about the input.
inline void expect_memory(unsigned long code) {
  must(ERR_GET_REASON(code) != ERR_R_MALLOC_FAILURE);
}

/// An Error with kParse, `what`, and the innermost reason in OpenSSL's queue (never bytes of the
/// input). Empties the queue.
base::Error drain_errors(std::string_view what);

/// SHA-256.
Fingerprint sha256(std::span<const unsigned char> bytes);
/// The content of the string; valid as long as the string.
inline std::span<const unsigned char> bytes_of(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}
inline std::string_view text_of(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// nullopt when X509_cmp_time() does not accept the text as a date: 30 February, second 60, garbage
/// (C10), but also an offset, a fraction or missing seconds (C11).
std::optional<base::sys_seconds> time_of(const ASN1_TIME* time);

/// Lower-case hex with its sign; SerialNumber says what happens to long ones.
SerialNumber serial_of(const ASN1_INTEGER* integer);

inline constexpr std::string_view kNoCommonName = "(none)";

using OwnedBio = Owned<BIO, BIO_free_all>;
/// What has been written to a memory BIO.
std::string content_of(const OwnedBio& memory);

/// X509_NAME_print_ex() with XN_FLAG_RFC2253 and without the flags of `without`.
std::string rfc2253(const X509_NAME* name, unsigned long without = 0);

/// `common_name` is kNoCommonName when the name has none.
DistinguishedName name_of(const X509_NAME* name);

}  // namespace mtls::pki
