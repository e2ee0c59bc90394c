// Who can reach a server block, and whose CA decides: which blocks one connection and one request
// on it select, as ngx_http_ssl_servername() and ngx_http_set_virtual_server() do (R3.40 to
// R3.46). Answers from what config/routing/reach_index.h prepared; never walks all servers. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/nginx_build.h"
#include "config/resolved.h"

namespace mtls::config::routing {

/// What one client does on one socket.
struct Call {
  std::size_t socket = 0;          // index into ResolvedConfig::sockets
  std::optional<std::string> sni;  // as sent; nullopt: no server_name extension
  std::string host;                // the Host header; stream and mail look at none
};

enum class RouteOutcome {
  kServed,             // by the rules of Route::server
  kHandshakeRejected,  // ssl_reject_handshake: alert unrecognized_name
  kMisdirected,        // 421 (R3.41)
  kBadHost,            // 400: nginx takes the Host for none
};

struct Route {
  RouteOutcome outcome = RouteOutcome::kServed;
  std::optional<std::size_t> context;  // the server whose SSL_CTX asks and judges; nullopt: no TLS
  std::size_t server = 0;              // it answers, and its ssl_verify_client is enforced
  bool is_negotiated = false;          // the SNI selected a server: then R3.41 counts

  bool operator==(const Route&) const = default;
};

Route route(const ResolvedConfig& config, const Call& call, const NginxBuild& build);

/// The socket that takes a TCP connection to `address`:`port`: the one of this very address, else
/// the one of all addresses of its family (R2.3). `address` as in Listen.
std::optional<std::size_t> socket_at(const ResolvedConfig& config, Module module,
                                     const Listen& address);

/// The server whose SSL_CTX judges once `server` is selected on `socket`: itself, or the default
/// server when it has none (R3.44).
std::optional<std::size_t> context_of(const ResolvedConfig& config, std::size_t socket,
                                      std::size_t server);

/// The default server whose CA opens `server` to clients that send no SNI, or one nobody has, and
/// its name as Host (R3.42). nullopt: nobody comes that way: it is that default server itself, no
/// name leads to it, handshakes without a known name are rejected, or the socket speaks no TLS.
std::optional<std::size_t> side_door(const ResolvedConfig& config, const SocketRole& place,
                                     std::size_t server);

/// A server on a TLS socket of `server` that asks for no certificate and passes requests to one of
/// its backends; nullopt: none.
std::optional<std::size_t> open_sibling(const ResolvedConfig& config, std::size_t server);

}  // namespace mtls::config::routing
