// Who can reach a server block, and whose CA decides: which blocks one connection and one request
// on it select, as ngx_http_ssl_servername() and ngx_http_set_virtual_server() do (R3.40 to R3.46).
// Reads what config/routing/reach_index.h prepared; never loops over all servers. Pure.
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
  std::optional<std::string> sni;  // as sent; nullopt: the client sends no server_name extension
  std::string host;                // the Host header; ignored in stream and mail
};

enum class RouteOutcome {
  kServed,             // according to the settings of Route::server
  kHandshakeRejected,  // ssl_reject_handshake: alert unrecognized_name
  kMisdirected,        // 421 (R3.41)
  kBadHost,            // 400: nginx does not accept the Host header
};

/// How nginx treats one Call.
struct Route {
  RouteOutcome outcome = RouteOutcome::kServed;
  std::optional<std::size_t> context;  // the server whose SSL_CTX asks and judges; nullopt: no TLS
  std::size_t server = 0;              // the server that answers; its ssl_verify_client is enforced
  bool is_negotiated = false;          // the SNI selected a server, so R3.41 applies

  bool operator==(const Route&) const = default;
};

/// `build`: the release decides which hosts are valid. REQUIRES: `call.socket` exists.
Route route(const ResolvedConfig& config, const Call& call, const NginxBuild& build);

/// The socket that accepts a TCP connection to `address`: the one with exactly this address, else
/// the one with the wildcard address of its family (R2.3). `address` is canonical, as in Listen.
std::optional<std::size_t> socket_at(const ResolvedConfig& config, Module module,
                                     const Listen& address);

/// The server whose SSL_CTX judges when `server` is selected on `socket`: the server itself, or the
/// default server when it has none (R3.44). nullopt: neither has one.
std::optional<std::size_t> context_of(const ResolvedConfig& config, std::size_t socket,
                                      std::size_t server);

/// The default server whose CA also lets clients into `server`: clients that send no SNI, or an
/// unknown one, and a name of `server` as Host (R3.42). nullopt when nobody can come that way:
/// `server` is that default server, no name leads to it, handshakes without a known name are
/// rejected, or the socket speaks no TLS.
std::optional<std::size_t> default_server_bypass(const ResolvedConfig& config,
                                                 const SocketRole& role, std::size_t server);

/// Another server on a TLS socket of `server` that asks for no certificate and passes requests to
/// one of the same backends. nullopt: there is none.
std::optional<std::size_t> open_sibling(const ResolvedConfig& config, std::size_t server);

}  // namespace mtls::config::routing
