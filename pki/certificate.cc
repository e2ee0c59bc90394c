#include "pki/certificate.h"

#include <openssl/evp.h>

#include "base/text.h"
#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedAnnotation = Owned<X509_CERT_AUX, X509_CERT_AUX_free>;

Fingerprint fingerprint_of(const X509* x509) {
  Fingerprint digest;
  X509_digest(x509, EVP_sha256(), digest.bytes.data(), nullptr);
  return digest;
}

Fingerprint key_of(const X509* x509) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
  const Fingerprint digest = sha256({der, length > 0 ? static_cast<std::size_t>(length) : 0});
  OPENSSL_free(der);
  return digest;
}

KeyType key_type_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS: return KeyType::kRsa;
    case EVP_PKEY_EC: return KeyType::kEc;
    case EVP_PKEY_ED25519: return KeyType::kEd25519;
    default: return KeyType::kOther;
  }
}

std::string signature_digest_of(X509* x509) {
  int digest = NID_undef;
  X509_get_signature_info(x509, &digest, nullptr, nullptr, nullptr);
  return digest == NID_undef ? "" : OBJ_nid2sn(digest);
}

// Computes EXFLAG_SS as ossl_x509v3_cache_extensions() does. OpenSSL's own flag is missing here,
// because it needs the key inside the certificate.
bool is_self_signed(X509* x509, const EVP_PKEY* key) {
  if ((X509_get_extension_flags(x509) & EXFLAG_SI) == 0) return false;
  const OwnedKeyId issuer_key(static_cast<AUTHORITY_KEYID*>(
      X509_get_ext_d2i(x509, NID_authority_key_identifier, nullptr, nullptr)));
  return X509_check_akid(x509, issuer_key.get()) == X509_V_OK && fits_signature(key, x509);
}

// Judges as check_extensions() of OpenSSL 3.0's x509_vfy.c does without X509_STRICT. Below the
// anchor only CA:TRUE (X509_check_ca() == 1) issues. A self-signed anchor may also be of version 1
// (3), or have keyCertSign (4) or Netscape's certificate type (5) in place of basicConstraints.
bool is_ca(X509* x509, bool self_signed) {
  const int kind = X509_check_ca(x509);
  if (kind == 1 || !self_signed) return kind == 1;
  // X509_check_ca() returns 3 only when EXFLAG_SS is set, so version 1 is asked for directly.
  constexpr std::uint32_t kSaysSo = EXFLAG_V1 | EXFLAG_BCONS | EXFLAG_KUSAGE;
  return kind > 1 || (X509_get_extension_flags(x509) & kSaysSo) == EXFLAG_V1;
}

struct AlternativeNames {
  std::string first;  // of any textual kind, sanitized; "" means none
  std::vector<std::string> dns;
};

AlternativeNames alternative_names_of(const X509* x509) {
  AlternativeNames found;
  const OwnedNames names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    int kind = 0;
    const void* value = GENERAL_NAME_get0_value(name, &kind);
    if (kind != GEN_DNS && kind != GEN_EMAIL && kind != GEN_URI) continue;
    const auto text = base::sanitize(text_of(bytes_of(static_cast<const ASN1_STRING*>(value))));
    if (found.first.empty()) found.first = text;
    if (kind == GEN_DNS) found.dns.push_back(text);
  }
  return found;
}

void describe_key(const EVP_PKEY* key, CertificateFacts& facts) {
  if (key == nullptr) return;
  facts.key_type = key_type_of(key);
  facts.key_bits = EVP_PKEY_get_bits(key);
  facts.security_bits = EVP_PKEY_get_security_bits(key);
}

CertificateFacts facts_of(X509* x509, const EVP_PKEY* key) {
  CertificateFacts facts;
  facts.fingerprint = fingerprint_of(x509);
  facts.serial = serial_of(X509_get0_serialNumber(x509));
  facts.subject = name_of(X509_get_subject_name(x509));
  facts.issuer = name_of(X509_get_issuer_name(x509));
  facts.validity = {time_of(X509_get0_notBefore(x509)), time_of(X509_get0_notAfter(x509))};
  facts.key = key_of(x509);
  describe_key(key, facts);
  facts.signature_digest = signature_digest_of(x509);
  facts.self_issued = (X509_get_extension_flags(x509) & EXFLAG_SI) != 0;
  facts.self_signed = is_self_signed(x509, key);
  facts.is_ca = is_ca(x509, facts.self_signed);
  AlternativeNames names = alternative_names_of(x509);
  facts.dns_names = std::move(names.dns);
  if (facts.subject.common_name == kNoCommonName && !names.first.empty()) {
    facts.subject.common_name = names.first;
  }
  return facts;
}

// Like d2i_X509() and d2i_X509_AUX(), but leaves out the key and the annotation. `used`: how many
// bytes were read.
OwnedCertificate without_key(std::span<const unsigned char> der, bool trusted, std::size_t& used) {
  OwnedCertificate x509 = read_without_key(der, used);
  if (!x509 || !trusted || used == der.size()) return x509;
  const unsigned char* at = der.data() + used;
  const OwnedAnnotation annotation(
      d2i_X509_CERT_AUX(nullptr, &at, static_cast<long>(der.size() - used)));
  return annotation ? std::move(x509) : nullptr;
}

OwnedCertificate annotated(std::span<const unsigned char> der) {
  const unsigned char* at = der.data();
  return OwnedCertificate(d2i_X509_AUX(nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace

OwnedCertificate read_without_key(std::span<const unsigned char> der, std::size_t& used) {
  const unsigned char* at = der.data();
  OwnedCertificate x509(reinterpret_cast<X509*>(
      ASN1_item_d2i_ex(nullptr, &at, static_cast<long>(der.size()), ASN1_ITEM_rptr(X509),
                       library_without_decoders(), nullptr)));
  used = static_cast<std::size_t>(at - der.data());
  return x509;
}

Certificate::Certificate(CertificateFacts facts, std::shared_ptr<const CertificateHandle> handle)
    : facts_(std::make_shared<const CertificateFacts>(std::move(facts))),
      handle_(std::move(handle)) {}

base::Result<Certificate> parse_certificate(std::span<const unsigned char> der, bool trusted) {
  KeyReader keys;
  return parse_certificate(der, trusted, keys);
}

base::Result<Certificate> parse_certificate(std::span<const unsigned char> der, bool trusted,
                                            KeyReader& keys) {
  start_openssl();
  std::size_t used = 0;
  OwnedCertificate x509 = without_key(der, trusted, used);
  if (!x509) return tl::unexpected<base::Error>(drain_errors("not a certificate"));
  const X509_PUBKEY* written = X509_get_X509_PUBKEY(x509.get());
  auto reading = KeyReader::is_slow(written) ? CertificateHandle::Reading::kSlowKey
                                             : CertificateHandle::Reading::kPlain;
  OwnedKey key = keys.read(written);
  // The annotation is only available together with the key.
  if (trusted && key && keys.may_read_whole()) {
    x509 = annotated(der);
    used = der.size();
    if (reading == CertificateHandle::Reading::kPlain)
      reading = CertificateHandle::Reading::kAnnotated;
  }
  CertificateFacts facts = facts_of(x509.get(), key.get());
  facts.trust_annotated = trusted;
  auto handle = std::make_shared<const CertificateHandle>(der.first(used), reading, std::move(x509),
                                                          std::move(key));
  ERR_clear_error();  // unknown keys and broken extensions leave entries in the queue
  return Certificate(std::move(facts), std::move(handle));
}

}  // namespace mtls::pki
