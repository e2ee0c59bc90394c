// Where nginx listens, and which role each server block has there: listens, the sockets that they
// form, and names that lead elsewhere. Plain values; config/blocks and config/routing compute them.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/source.h"
#include "config/setting.h"

namespace mtls::config {

enum class Transport { kTcp, kUdp };

/// One address and port of one `listen`. Port ranges are expanded.
struct Listen {
  // Canonical: `0.0.0.0`, `[::]`, `127.0.0.1`, `unix:/path`; a host name stays as written.
  std::string address;
  int port = 0;      // 0 for unix sockets
  bool ssl = false;  // as written in this listen; Socket::ssl is what counts (R2.2)
  bool quic = false;
  bool default_server = false;
  bool has_proxy_protocol = false;
  Transport transport = Transport::kTcp;  // kUdp: `quic` or `udp`
  base::SourceLocation at;

  /// `0.0.0.0:443`, `[::]:443`, `unix:/path`: the value of the label `listen`.
  std::string canonical() const;
  bool operator==(const Listen&) const = default;
};

/// One address and port of one transport, and the server blocks that share it.
struct Socket {
  Module module = Module::kHttp;
  std::string canonical;
  bool ssl = false;                  // the union of the flags of its listens (R2.2)
  std::vector<std::size_t> servers;  // indexes into ResolvedConfig::servers, in configuration order
  std::size_t default_server = 0;    // index into ResolvedConfig::servers (R2.3)
  Transport transport = Transport::kTcp;
  // Nginx's order: ports in the order of reading, and the addresses of each.
  std::uint32_t rank = 0;
  /// The order in which nginx builds the name tables. Among the addresses of a port those with
  /// socket options come first and the wildcard last (ngx_http_cmp_conf_addrs()).
  std::uint32_t names_rank = 0;

  bool operator==(const Socket&) const = default;
};

/// A server_name that does not lead to its server block, because an earlier block has it (R2.4).
struct LostName {
  std::size_t server = 0;  // index into ResolvedConfig::servers, `winner` too
  std::size_t socket = 0;  // index into ResolvedConfig::sockets
  std::string name;        // as in TlsContext::server_names
  std::size_t winner = 0;

  bool operator==(const LostName&) const = default;
};

/// The role of a server block on one of its sockets.
struct SocketRole {
  std::size_t socket = 0;  // index into ResolvedConfig::sockets
  bool is_default = false;
  bool has_name = false;  // at least one of its names leads to it there; "" does in http alone
  // The server that a SNI with one of its names selects; for a server without names, no SNI.
  std::size_t selected = 0;

  bool operator==(const SocketRole&) const = default;
};

/// How connections reach one server block.
struct ServerReach {
  std::size_t label_owner = 0;           // ResolvedConfig::label_owner()
  std::optional<std::size_t> tls_owner;  // ResolvedConfig::tls_owner()
  std::vector<SocketRole> roles = {};    // sorted by socket

  bool operator==(const ServerReach&) const = default;
};

}  // namespace mtls::config
