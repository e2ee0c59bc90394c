#include "config/exposure/handshake_hooks.h"

#include <algorithm>
#include <set>

namespace mtls::config::exposure {
namespace {

bool is_hook(const syntax::Directive& directive) {
  return directive.name.starts_with("ssl_certificate_by_lua") ||
         directive.name.starts_with("ssl_client_hello_by_lua");
}

void collect(const syntax::Directive& level, std::vector<HandshakeHook>& hooks) {
  for (const syntax::Directive& directive : *level.block) {
    if (is_hook(directive)) hooks.push_back({directive.name, directive.at});
  }
}

}  // namespace

std::vector<HandshakeHook> handshake_hooks(const blocks::Scopes& scopes,
                                           const ResolvedConfig& config, std::size_t server,
                                           const syntax::Directive& around) {
  std::set<std::size_t> blocks{server};
  for (const Listen& listen : config.servers[server].listens) {
    const Socket* socket =
        config.socket(config.servers[server].id.module, listen.canonical(), listen.transport);
    if (socket != nullptr && socket->ssl) blocks.insert(socket->default_server);
  }
  std::vector<HandshakeHook> hooks;
  collect(around, hooks);
  for (const std::size_t block : blocks) collect(*scopes.servers[block].server, hooks);
  return hooks;
}

}  // namespace mtls::config::exposure
