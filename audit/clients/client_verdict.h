// What nginx says to one known client at one server block, and until when: first its certificate
// check, then the guards with the client's own subject, issuer, serial and fingerprint. Pure.
#pragma once

#include <cstddef>

#include "audit/material_view.h"
#include "audit/snapshot.h"
#include "audit/trust/trust.h"
#include "config/client_fates.h"
#include "config/resolved.h"
#include "pki/material.h"
#include "pki/verify.h"

namespace mtls::audit::clients {

struct ClientCheck {
  std::size_t index;        // of the server block that is asked for, in ResolvedConfig::servers
  std::size_t owner_index;  // of the block whose SSL_CTX judges
  const config::ResolvedConfig& resolved;
  const Evidence& evidence;
  const trust::TrustContent& content;
  const pki::TrustStore& store;
  config::ClientFates& fates;

  const config::TlsContext& server() const { return resolved.servers.at(index); }
  const config::TlsContext& owner() const { return resolved.servers.at(owner_index); }
};

/// `sent`: what the client sends, leaf first; with nothing in it: the client has no certificate.
Verdict verdict_of(const Canary& canary, const pki::Material& sent, const ClientCheck& check);

}  // namespace mtls::audit::clients
