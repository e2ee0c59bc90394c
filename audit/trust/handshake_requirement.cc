#include "audit/trust/handshake_requirement.h"

#include <algorithm>

#include "audit/trust/conf_overrides.h"

namespace mtls::audit::trust {
namespace {

bool turns_away(const Snapshot& snapshot, const config::TlsContext& context) {
  return conf_overrides(context, snapshot.config->document->files.front()).demands();
}

}  // namespace

bool handshake_requires_certificate(const Snapshot& snapshot, std::size_t server) {
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  const auto owner = resolved.tls_owner(server);
  if (!owner || !turns_away(snapshot, resolved.servers[*owner])) return false;
  const auto& places = resolved.reaches[server].roles;
  return std::all_of(places.begin(), places.end(), [&](const config::SocketRole& place) {
    const config::Socket& socket = resolved.sockets[place.socket];
    const config::TlsContext& first = resolved.servers[socket.default_server];
    return !socket.ssl || first.reject_handshake.value || turns_away(snapshot, first);
  });
}

}  // namespace mtls::audit::trust
