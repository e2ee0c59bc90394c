// Which CRL OpenSSL takes for whom, where ssl_crl demands one for every certificate of a chain
// (R3.33, R9.14). Pure.
#pragma once

#include <vector>

#include "audit/trust/trust.h"

namespace mtls::audit::trust {

/// A client certificate that is known, and the CA of the store above it.
struct KnownClient {
  pki::Certificate certificate;
  std::size_t issuer;  // index into the store
};

/// What OpenSSL finds where the revocation of one certificate is asked for.
struct CrlUse {
  const pki::CertificateFacts* issuer;   // whose CRL it must be; nullptr: no CA of the store
  const pki::CertificateFacts* subject;  // nullptr: any client of the issuer
  const pki::RevocationListFacts* list;  // what it takes; nullptr: the issuer has none
  bool covers;                           // the list counts for the certificate
};

/// A delta CRL of a CA of the store that OpenSSL takes for a full list (R9.14).
struct CountedDelta {
  const pki::RevocationListFacts* list;
  // The complete CRL, not empty, that OpenSSL does not look at because of it; nullptr: none.
  const pki::RevocationListFacts* hidden;
};

struct CrlCoverage {
  std::vector<CrlUse> uses;
  /// CAs of the store without any CRL: clients get 3. Each name and key once.
  std::vector<const pki::CertificateFacts*> missing;
  /// One for each CA whose CRLs do not count where they must: clients get 3 too.
  std::vector<CrlUse> out_of_scope;
  /// CRLs of CAs of the store that count for nobody, though another one does.
  std::vector<const pki::RevocationListFacts*> unused;
  std::vector<CountedDelta> deltas;

  /// CAs without a CRL that counts (crl_missing_issuers).
  std::size_t missing_issuers() const { return missing.size() + out_of_scope.size(); }
};

/// Empty without ssl_crl, since only ssl_crl demands CRLs.
CrlCoverage crl_coverage(const TrustContent& content, const pki::paths::BundleView& store,
                         const std::vector<KnownClient>& clients, const Clock& clock);

/// The CRLs that name a CA of the store as their issuer, but that no certificate of this name
/// signed. CRLs of other CAs are left out: they have no effect.
std::vector<const pki::RevocationListFacts*> crls_of_wrong_signer(const TrustContent& content);

}  // namespace mtls::audit::trust
