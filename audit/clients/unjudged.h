// Why this program cannot judge a chain as nginx does: it is linked with another OpenSSL, which
// does not know the algorithm (R9.4), does not decode the certificate (R9.18) or passes over a CRL
// (R9.14). Pure.
#pragma once

#include <string>

#include "audit/trust/trust.h"
#include "pki/material.h"

namespace mtls::audit::clients {

/// For people; "": it can. `sent`: what the client sends, leaf first. Asks only for what a chain
/// from the leaf upwards can meet by name. An acceptance stands whatever this says: OpenSSL takes
/// nothing that it cannot judge.
std::string why_unjudged(const pki::Material& sent, const trust::TrustContent& content);

/// The same where it is not known who is revoked. Then no acceptance stands either.
std::string why_revocation_unjudged(const pki::Material& sent, const trust::TrustContent& content);

}  // namespace mtls::audit::clients
