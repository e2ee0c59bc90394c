// Everything that a configuration amounts to: its server blocks, the sockets and names that lead to
// them, and the backends behind them. Plain values with provenance; config/resolve.h computes them.
// Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/exposure_facts.h"
#include "config/server_names.h"
#include "config/socket.h"
#include "config/syntax/ast.h"
#include "config/tls_context.h"
#include "config/upstream_context.h"

namespace mtls::config {

/// Of a server block among ResolvedConfig::servers, where it is the key of a table.
enum class ServerIndex : std::size_t {};

struct ResolvedConfig {
  std::vector<TlsContext> servers;  // in the order of the configuration
  // Sorted by module, then by canonical address, TCP before UDP.
  std::vector<Socket> sockets;
  std::vector<NameTable> names;                // one per socket; empty where nginx looks up no name
  std::vector<ServerReach> reaches;            // one per server
  std::vector<LostName> lost_names;            // sorted by server
  std::vector<std::vector<Backend>> backends;  // one list per server; empty outside http
  // By TLS socket and target.
  std::map<std::pair<std::size_t, std::string>, std::vector<OpenRoute>> open_routes;
  // In the order of the configuration, hence sorted by server_index.
  std::vector<UpstreamTlsContext> upstreams;
  std::vector<syntax::Diagnostic> diagnostics;  // values that nginx refuses, in its words

  /// nullptr: nothing listens there.
  const Socket* socket(Module module, const std::string& canonical,
                       Transport transport = Transport::kTcp) const;
  /// The server whose SSL_CTX judges a connection to the first TLS listen of `servers[index]` whose
  /// SNI is a name that selects it (R3.40, R3.43, R3.44): the server itself, the default server of
  /// that socket, or the server that has all its names. nullopt: no TLS leads to it.
  std::optional<std::size_t> tls_owner(std::size_t index) const;
  /// The server whose series have the labels of `servers[index]`: the server itself, or an earlier
  /// one with the same labels or with all its names (R2.4).
  std::size_t label_owner(std::size_t index) const;
  /// Whether some connection finds the server, with or without TLS (R9.16).
  bool is_reached(std::size_t server) const;
  /// The names of one server that lead elsewhere, and the upstreams of one server.
  std::span<const LostName> lost_names_of(std::size_t server) const;
  std::span<const UpstreamTlsContext> upstreams_of(std::size_t server_index) const;

  bool operator==(const ResolvedConfig&) const = default;
};

}  // namespace mtls::config
