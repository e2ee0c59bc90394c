// Where nginx listens, and what each server block is there: listens, the sockets they add up to,
// and the names that lead elsewhere. Plain values; config/blocks and config/routing make them.
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

/// One address:port that one `listen` names. Port ranges are expanded.
struct Listen {
  std::string address;  // canonical: `0.0.0.0`, `[::]`, `127.0.0.1`, `unix:/path`; names nginx
                        // would resolve stay as written
  int port = 0;         // 0 for unix sockets
  bool ssl = false;     // as written here; Socket::ssl is the truth (R2.2)
  bool quic = false;
  bool default_server = false;
  Transport transport = Transport::kTcp;  // kUdp: quic, udp
  base::SourceLocation at;

  /// `0.0.0.0:443`, `[::]:443`, `unix:/path`: the `listen` label.
  std::string canonical() const;
  bool operator==(const Listen&) const = default;
};

/// One address:port of one transport and the server blocks that share it.
struct Socket {
  Module module = Module::kHttp;
  std::string canonical;
  bool ssl = false;                  // the union of the listens (R2.2)
  std::vector<std::size_t> servers;  // indexes into ResolvedConfig::servers, in configuration order
  std::size_t default_server = 0;    // index into ResolvedConfig::servers (R2.3)
  Transport transport = Transport::kTcp;
  std::uint32_t rank = 0;  // nginx's own order: ports as they are met, on each its addresses
  /// When their names are put together: of a port those with socket options of their own first, the
  /// wildcard last (ngx_http_cmp_conf_addrs).
  std::uint32_t names_rank = 0;

  bool operator==(const Socket&) const = default;
};

/// A server_name that does not lead to its server block, because an earlier one has it (R2.4).
struct LostName {
  std::size_t server = 0;  // index into ResolvedConfig::servers, `winner` too
  std::size_t socket = 0;  // index into ResolvedConfig::sockets
  std::string name;        // as in TlsContext::server_names
  std::size_t winner = 0;

  bool operator==(const LostName&) const = default;
};

/// What a server block is on one of its sockets.
struct SocketRole {
  std::size_t socket = 0;  // index into ResolvedConfig::sockets
  bool is_default = false;
  bool has_name = false;     // some name of it leads to it there
  std::size_t selected = 0;  // the server that SNI = one of its names selects; without one, no SNI

  bool operator==(const SocketRole&) const = default;
};

struct ServerReach {
  std::size_t label_owner = 0;           // ResolvedConfig::label_owner()
  std::optional<std::size_t> tls_owner;  // ResolvedConfig::tls_owner()
  std::vector<SocketRole> roles = {};    // sorted by socket

  bool operator==(const ServerReach&) const = default;
};

}  // namespace mtls::config
