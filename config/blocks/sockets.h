// Groups listens by address, as ngx_http_add_listen() and its kin do: default servers, the union of
// the ssl flags (R2.2, R2.3), and what may not occur twice. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "config/blocks/listen.h"
#include "config/setting.h"
#include "config/socket.h"

namespace mtls::config::blocks {

class SocketTable {
 public:
  explicit SocketTable(const NginxBuild& build) : build_(build) {}

  /// Adds the listens of one directive of server number `server`. Returns nginx's complaint when
  /// one of the addresses may not occur again; the other addresses are added all the same.
  std::optional<std::string> add(Module module, std::size_t server, const ParsedListen& parsed);

  /// Sorted by module, then by canonical address, TCP before UDP.
  std::vector<Socket> sockets() const;

 private:
  struct SocketEntry {
    Socket socket;
    bool has_flagged_default = false;
    bool has_socket_options = false;
    std::size_t port = 0;  // index into ports_
  };
  // The key of an ngx_http_conf_port_t: module, transport, address family, port.
  using Port = std::tuple<Module, Transport, char, int>;
  struct Key {
    Module module;
    std::string canonical;
    Transport transport;
    auto operator<=>(const Key&) const = default;
  };

  std::optional<std::string> share(SocketEntry& entry, std::size_t server, const Listen& listen,
                                   const ParsedListen& parsed) const;
  /// The rank of each entry when ports come in the order of reading and `within` orders the
  /// addresses of a port. Addresses that `within` makes equal keep their order.
  template <class Within>
  std::vector<std::uint32_t> ranks(const Within& within) const;

  NginxBuild build_;
  std::vector<SocketEntry> entries_;
  std::map<Key, std::size_t> index_;   // index into entries_
  std::map<Port, std::size_t> ports_;  // numbered in the order of reading
};

}  // namespace mtls::config::blocks
