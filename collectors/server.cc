#include "collectors/server.h"

namespace mtls::collectors {

std::vector<Server> servers_of(const audit::Snapshot& snapshot) {
  std::vector<Server> servers;
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    const config::TlsContext& context = resolved.servers[i];
    if (!context.serves_tls() || resolved.label_owner(i) != i) continue;
    servers.push_back({.context = context, .audit = *snapshot.servers[i]});
  }
  return servers;
}

std::vector<Server> asking_servers_of(const audit::Snapshot& snapshot) {
  std::vector<Server> asking;
  for (const Server& server : servers_of(snapshot)) {
    if (config::asks(server.context)) asking.push_back(server);
  }
  return asking;
}

}  // namespace mtls::collectors
