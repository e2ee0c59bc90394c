// Everything a configuration comes to: its server blocks, the sockets and names that lead to them,
// and the backends behind. Plain values with provenance; how they come about is config/resolve.h.
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
  std::vector<TlsContext> servers;             // in configuration order
  std::vector<Socket> sockets;                 // sorted by module, then canonical, TCP before UDP
  std::vector<NameTable> names;                // of each socket; empty where nginx asks for no name
  std::vector<ServerReach> reaches;            // of each server
  std::vector<LostName> lost_names;            // sorted by server
  std::vector<std::vector<Backend>> backends;  // of each http server
  std::map<std::pair<std::size_t, std::string>, std::vector<OpenRoute>>
      open_routes;                              // by TLS socket, target
  std::vector<UpstreamTlsContext> upstreams;    // in configuration order, so by server_index
  std::vector<syntax::Diagnostic> diagnostics;  // values nginx refuses, in its words

  const Socket* socket(Module module, const std::string& canonical,
                       Transport transport = Transport::kTcp) const;
  /// The server whose SSL_CTX judges a connection to the first TLS listen of `servers[index]` with
  /// SNI = a name that selects it (R3.40, R3.43, R3.44): itself, or the default server of that
  /// socket, or the server that has all its names. nullopt: no TLS leads to it.
  std::optional<std::size_t> tls_owner(std::size_t index) const;
  /// The server whose series stand under the labels of `servers[index]`: itself, or the earlier one
  /// with the same labels or with all its names (R2.4).
  std::size_t label_owner(std::size_t index) const;
  std::span<const LostName> lost_names_of(std::size_t server) const;
  std::span<const UpstreamTlsContext> upstreams_of(std::size_t server_index) const;

  bool operator==(const ResolvedConfig&) const = default;
};

}  // namespace mtls::config
