#include "pki/openssl.h"
#include "pki/public_key.h"

namespace mtls::pki {
namespace {

int handle_index() {
  static const int kIndex = X509_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

}  // namespace

CertificateHandle::CertificateHandle(OwnedCertificate x509, OwnedKey key)
    : x509_(std::move(x509)), key_(std::move(key)) {
  X509_set_ex_data(x509_.get(), handle_index(), this);
}

const CertificateHandle* CertificateHandle::of(const X509* x509) {
  return static_cast<const CertificateHandle*>(X509_get_ex_data(x509, handle_index()));
}

X509* CertificateHandle::whole() const {
  if (!key_ || X509_get0_pubkey(x509_.get()) != nullptr) return x509_.get();
  if (!whole_) {
    unsigned char* der = nullptr;
    const int length = i2d_X509_AUX(x509_.get(), &der);
    const unsigned char* at = der;
    whole_.reset(d2i_X509_AUX(nullptr, &at, length));
    OPENSSL_free(der);
  }
  return whole_ ? whole_.get() : x509_.get();
}

bool fits_signature(const EVP_PKEY* key, const X509* subject) {
  if (key == nullptr) return false;
  // The algorithm inside the signed part, not the copy after it.
  const ASN1_OBJECT* named = nullptr;
  X509_ALGOR_get0(&named, nullptr, nullptr, X509_get0_tbs_sigalg(subject));
  int algorithm = NID_undef;
  if (OBJ_find_sigid_algs(OBJ_obj2nid(named), nullptr, &algorithm) == 0) return false;
  return EVP_PKEY_is_a(key, OBJ_nid2sn(algorithm)) == 1 ||
         (algorithm == NID_rsassaPss && EVP_PKEY_is_a(key, "RSA") == 1);
}

bool is_likely_issuer(X509* issuer, const EVP_PKEY* key, X509* subject) {
  switch (X509_check_issued(issuer, subject)) {
    case X509_V_OK:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE: return true;
    // X509_check_issued() accepted the names and key ids and stopped at the missing key.
    case X509_V_ERR_NO_ISSUER_PUBLIC_KEY: return fits_signature(key, subject);
    default: return false;
  }
}

}  // namespace mtls::pki
