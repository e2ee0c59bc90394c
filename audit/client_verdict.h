// What nginx says to one known client at one server block, and until when: first its certificate
// check, then the guards with the client's own subject, issuer, serial and fingerprint. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "audit/material_view.h"
#include "audit/snapshot.h"
#include "audit/trust/trust.h"
#include "config/client_fates.h"
#include "pki/verify.h"

namespace mtls::audit {

struct ClientCheck {
  std::size_t index;  // of `server` in ResolvedConfig::servers
  const config::TlsContext& server;
  const config::TlsContext& owner;  // whose SSL_CTX judges
  const Evidence& evidence;
  const trust::TrustContent& content;
  const pki::TrustStore& store;
  config::ClientFates& fates;
};

/// `chain`: leaf first; empty: the client has no certificate.
Verdict verdict_of(const Canary& canary, const std::vector<pki::Certificate>& chain,
                   const ClientCheck& check);

}  // namespace mtls::audit
