// What nginx says to one known client at one server block, and until when: first its certificate
// check, then the guards with the client's own subject, issuer, serial and fingerprint. Pure.
#pragma once

#include <cstddef>
#include <string>

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
  // The leaf stands for one of which only facts are known (pki/clients/stand_in.h).
  bool is_stand_in = false;

  const config::TlsContext& server() const { return resolved.servers.at(index); }
  const config::TlsContext& owner() const { return resolved.servers.at(owner_index); }
};

/// Why nothing can be said about any client of the block; "": it can.
std::string doubt_about_clients(const Snapshot& snapshot, const ClientCheck& check);
/// What code in the handshake may do to the clients of this server block; "": there is none.
std::string doubt_of_hooks(const Snapshot& snapshot, const config::TlsContext& server);
/// That of a client of which nothing is known because of `doubt`.
Verdict unjudged_verdict(const Canary& canary, const std::string& doubt);

/// `sent`: what the client sends, leaf first; with nothing in it: the client has no certificate.
Verdict verdict_of(const Canary& canary, const pki::Material& sent, const ClientCheck& check);

}  // namespace mtls::audit::clients
