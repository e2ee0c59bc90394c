#include <openssl/evp.h>

#include "pki/certificate.h"
#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;

std::string number_of(const X509_CRL* crl) {
  const OwnedInteger number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, nullptr, nullptr)));
  return number ? serial_of(number.get()).hex : "";
}

// A nextUpdate that is not a date fails every client (X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD).
// It must not look like "no nextUpdate", so it counts as 1970.
std::optional<base::sys_seconds> next_update_of(const X509_CRL* crl) {
  const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl);
  if (next == nullptr) return std::nullopt;
  return time_of(next).value_or(base::sys_seconds{});
}

RevocationListFacts facts_of(X509_CRL* crl) {
  RevocationListFacts facts;
  X509_CRL_digest(crl, EVP_sha256(), facts.fingerprint.bytes.data(), nullptr);
  facts.issuer = name_of(X509_CRL_get_issuer(crl));
  facts.this_update = time_of(X509_CRL_get0_lastUpdate(crl));
  facts.next_update = next_update_of(crl);
  facts.number = number_of(crl);
  const auto* revoked = X509_CRL_get_REVOKED(crl);  // null when no certificate is revoked
  facts.revoked = revoked ? static_cast<std::size_t>(sk_X509_REVOKED_num(revoked)) : 0;
  return facts;
}

}  // namespace

RevocationList::RevocationList(RevocationListFacts facts,
                               std::shared_ptr<const RevocationListHandle> handle)
    : facts_(std::make_shared<const RevocationListFacts>(std::move(facts))),
      handle_(std::move(handle)) {}

bool RevocationList::is_signed_by(const Certificate& issuer) const {
  const auto [known, is_new] = handle_->signers.try_emplace(issuer.facts().key, false);
  if (is_new) {
    EVP_PKEY* key = issuer.handle().key();
    known->second = key != nullptr && X509_CRL_verify(handle_->crl.get(), key) == 1;
    ERR_clear_error();
  }
  return known->second;
}

base::Result<RevocationList> parse_revocation_list(std::span<const unsigned char> der) {
  start_openssl();
  const unsigned char* cursor = der.data();
  OwnedRevocationList crl(d2i_X509_CRL(nullptr, &cursor, static_cast<long>(der.size())));
  if (!crl) return tl::unexpected<base::Error>(drain_errors("not a revocation list"));
  RevocationListFacts facts = facts_of(crl.get());
  facts.der_bytes = der.size();
  ERR_clear_error();  // broken extensions leave entries in the queue
  return RevocationList(std::move(facts), std::make_shared<const RevocationListHandle>(
                                              RevocationListHandle{.crl = std::move(crl)}));
}

}  // namespace mtls::pki
