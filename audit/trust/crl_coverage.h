// Which CAs of a trust store the CRLs beside it speak for (R3.33). Pure.
#pragma once

#include <vector>

#include "audit/trust/trust.h"

namespace mtls::audit::trust {

/// The CAs, each name once in the store's order, that no CRL names as its issuer though ssl_crl
/// demands one; nothing without ssl_crl.
std::vector<const pki::CertificateFacts*> cas_without_crl(const TrustContent& content);

/// The CRLs that name a CA of the store as their issuer, but that no certificate of this name
/// signed. CRLs of CAs that are not in the store are nobody's business.
std::vector<const pki::RevocationListFacts*> crls_of_wrong_signer(const TrustContent& content);

}  // namespace mtls::audit::trust
