#include <algorithm>
#include <utility>
#include <vector>

#include "pki/memory.h"
#include "pki/openssl.h"
#include "pki/public_key.h"

namespace mtls::pki {
namespace {

int handle_index() {
  static const int kIndex = X509_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

OwnedCertificate read_annotated(std::span<const unsigned char> der) {
  const unsigned char* at = der.data();
  return OwnedCertificate(d2i_X509_AUX(nullptr, &at, static_cast<long>(der.size())));
}

// Whose objects were made again by this thread, which evaluates.
std::vector<std::weak_ptr<const CertificateHandle>>& made_again() {
  thread_local std::vector<std::weak_ptr<const CertificateHandle>> of_this_thread;
  return of_this_thread;
}

}  // namespace

void drop_objects(std::size_t beyond) {
  auto& handles = made_again();
  if (handles.size() <= beyond) return;
  for (const auto& one : handles)
    if (const auto handle = one.lock()) handle->drop();
  handles = {};
}

CertificateHandle::CertificateHandle(std::span<const unsigned char> der, Reading reading,
                                     OwnedCertificate x509, OwnedKey key)
    : der_(std::make_unique<unsigned char[]>(der.size())),
      size_(static_cast<std::uint32_t>(der.size())),
      reading_(reading),
      has_key_(key != nullptr),
      traits_(traits_of(x509.get(), key.get())),
      key_(std::move(key)) {
  std::ranges::copy(der, der_.get());
  adopt(std::move(x509));
}

void CertificateHandle::adopt(OwnedCertificate x509) const {
  x509_ = std::move(x509);
  X509_set_ex_data(x509_.get(), handle_index(), const_cast<CertificateHandle*>(this));
}

const CertificateHandle* CertificateHandle::of(const X509* x509) {
  return static_cast<const CertificateHandle*>(X509_get_ex_data(x509, handle_index()));
}

// What was read once can be read again, unless memory is short.
X509* CertificateHandle::x509() const {
  if (x509_) return x509_.get();
  made_again().push_back(weak_from_this());
  std::size_t used = 0;
  OwnedCertificate again = is_annotated() ? read_annotated(der()) : read_without_key(der(), used);
  must(again != nullptr);
  adopt(std::move(again));
  ERR_clear_error();
  return x509_.get();
}

EVP_PKEY* CertificateHandle::key() const {
  if (!has_key_ || key_) return key_.get();
  X509* const certificate = x509();
  key_ = KeyReader().read(X509_get_X509_PUBKEY(certificate));
  must(key_ != nullptr);
  ERR_clear_error();
  return key_.get();
}

X509* CertificateHandle::whole() const {
  X509* const certificate = x509();
  if (!has_key_ || X509_get0_pubkey(certificate) != nullptr) return certificate;
  if (!whole_) {
    unsigned char* der = nullptr;
    const int length = i2d_X509_AUX(certificate, &der);
    const unsigned char* at = der;
    whole_.reset(d2i_X509_AUX(nullptr, &at, length));
    OPENSSL_free(der);
  }
  return whole_ ? whole_.get() : certificate;
}

void CertificateHandle::drop() const {
  if (reading_ == Reading::kSlowKey) return;
  whole_.reset();
  key_.reset();
  x509_.reset();
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
