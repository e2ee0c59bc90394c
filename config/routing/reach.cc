#include "config/routing/reach.h"

#include <algorithm>

#include "config/routing/backends.h"

namespace mtls::config::routing {
namespace {

// ngx_http_ssl_servername(): the default server stays selected when the name is unknown.
void negotiate(const ResolvedConfig& config, const Call& call,
               const std::optional<std::string>& name, Route& route) {
  const auto selected = name ? config.names[call.socket].find(*name) : std::nullopt;
  if (selected) {
    route.server = *selected;
    route.is_negotiated = true;
  }
  route.context = context_of(config, call.socket, route.server);
  if (config.servers[route.server].reject_handshake.value) {
    route.outcome = RouteOutcome::kHandshakeRejected;
  }
}

// ngx_http_set_virtual_server(): nginx does not look up a Host that equals the SNI.
void look_up_host(const ResolvedConfig& config, const Call& call, const std::string& host,
                  Route& route) {
  const std::size_t by_default = config.sockets[call.socket].default_server;
  const auto found = config.names[call.socket].find(host);
  if (!route.is_negotiated) {
    route.server = found.value_or(by_default);
    return;
  }
  const std::size_t wanted = found.value_or(by_default);
  if (config.servers[wanted].verify_client.value != VerifyClient::kOff) {
    route.outcome = RouteOutcome::kMisdirected;
    return;
  }
  route.server = wanted;
}

}  // namespace

Route route(const ResolvedConfig& config, const Call& call, const NginxBuild& build) {
  const Socket& socket = config.sockets.at(call.socket);
  Route route;
  route.server = socket.default_server;
  const auto sni = call.sni ? normalised_host(*call.sni, build.version) : std::nullopt;
  if (socket.ssl) negotiate(config, call, sni, route);
  if (route.outcome != RouteOutcome::kServed || socket.module != Module::kHttp) return route;
  const auto host = normalised_host(call.host, build.version);
  if (!host) {
    route.outcome = RouteOutcome::kBadHost;
  } else if (!route.is_negotiated || host != sni) {
    look_up_host(config, call, *host, route);
  }
  return route;
}

std::optional<std::size_t> socket_at(const ResolvedConfig& config, Module module,
                                     const Listen& address) {
  Listen everywhere = address;
  everywhere.address = address.address.starts_with('[') ? "[::]" : "0.0.0.0";
  for (const Listen& one : {address, everywhere}) {
    const Socket* socket = config.socket(module, one.canonical(), one.transport);
    if (socket != nullptr) return static_cast<std::size_t>(socket - config.sockets.data());
  }
  return std::nullopt;
}

std::optional<std::size_t> context_of(const ResolvedConfig& config, std::size_t socket,
                                      std::size_t server) {
  for (const std::size_t index : {server, config.sockets[socket].default_server}) {
    if (config.servers[index].has_context) return index;
  }
  return std::nullopt;
}

std::optional<std::size_t> default_server_bypass(const ResolvedConfig& config,
                                                 const SocketRole& role, std::size_t server) {
  const Socket& socket = config.sockets[role.socket];
  const TlsContext& by_default = config.servers[socket.default_server];
  const bool is_open = socket.ssl && socket.module == Module::kHttp && by_default.has_context &&
                       !by_default.reject_handshake.value;
  if (!is_open || !role.has_name || socket.default_server == server) return std::nullopt;
  return socket.default_server;
}

std::optional<std::size_t> open_sibling(const ResolvedConfig& config, std::size_t server) {
  for (const SocketRole& role : config.reaches[server].roles) {
    if (!config.sockets[role.socket].ssl) continue;
    for (const Backend& own : config.backends[server]) {
      const auto routes = config.open_routes.find({role.socket, own.target});
      if (routes == config.open_routes.end()) continue;
      const auto open_route = std::find_if(
          routes->second.begin(), routes->second.end(),
          [&](const OpenRoute& one) { return one.server != server && covers(one.backend, own); });
      if (open_route != routes->second.end()) return open_route->server;
    }
  }
  return std::nullopt;
}

}  // namespace mtls::config::routing
