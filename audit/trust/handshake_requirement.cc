#include "audit/trust/handshake_requirement.h"

#include <algorithm>

namespace mtls::audit::trust {

bool handshake_requires_certificate(const Snapshot& snapshot, std::size_t server) {
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  const auto owner = resolved.tls_owner(server);
  if (!owner || !resolved.servers[*owner].overrides.demands()) return false;
  const auto& roles = resolved.reaches[server].roles;
  return std::all_of(roles.begin(), roles.end(), [&](const config::SocketRole& role) {
    const config::Socket& socket = resolved.sockets[role.socket];
    const config::TlsContext& first = resolved.servers[socket.default_server];
    return !socket.ssl || first.reject_handshake.value || first.overrides.demands();
  });
}

}  // namespace mtls::audit::trust
