#include "audit/observed/server_finder.h"

#include "config/routing/reach.h"

namespace mtls::audit::observed {
namespace {

config::Listen listen_of(const running::ClientLine& line) {
  const bool is_unix = line.address.starts_with("unix:");
  const bool is_v6 = !is_unix && line.address.find(':') != std::string::npos;
  config::Listen listen;
  listen.address = is_v6 ? "[" + line.address + "]" : line.address;
  listen.port = line.port;
  listen.transport = line.is_quic ? config::Transport::kUdp : config::Transport::kTcp;
  return listen;
}

}  // namespace

std::optional<FoundServer> ServerFinder::find(const running::ClientLine& line) const {
  const config::ResolvedConfig& config = view_->resolved;
  const auto socket = config::routing::socket_at(
      config, line.is_http ? config::Module::kHttp : config::Module::kStream, listen_of(line));
  if (!socket) return std::nullopt;
  std::size_t server = config.sockets[*socket].default_server;
  const auto name = line.sni.empty() ? std::nullopt : config::normalised_host(line.sni, version_);
  if (const auto selected = name ? config.names[*socket].find(*name) : std::nullopt)
    server = *selected;
  const auto context = config::routing::context_of(config, *socket, server);
  if (!context) return std::nullopt;
  return FoundServer{.labels = config.label_owner(server), .context = *context};
}

}  // namespace mtls::audit::observed
