// Which CAs of a trust store the CRLs beside it cover (R3.33). Knows no dates. Pure.
#pragma once

#include <vector>

#include "audit/trust/trust.h"

namespace mtls::audit::trust {

/// The CAs without a CRL that names them as its issuer, each name once, in the store's order. Empty
/// without ssl_crl, since only ssl_crl demands one.
std::vector<const pki::CertificateFacts*> cas_without_crl(const TrustContent& content);

/// The CRLs that name a CA of the store as their issuer, but that no certificate of this name
/// signed. CRLs of other CAs are left out: they have no effect.
std::vector<const pki::RevocationListFacts*> crls_of_wrong_signer(const TrustContent& content);

}  // namespace mtls::audit::trust
