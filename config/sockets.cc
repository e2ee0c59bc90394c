#include "config/sockets.h"

#include <utility>

namespace mtls::config {

std::optional<std::string> SocketTable::add(Module module, std::size_t server,
                                            const ParsedListen& parsed) {
  std::optional<std::string> error;
  for (const Listen& listen : parsed.listens) {
    const Key key{module, parsed.is_datagram, listen.canonical()};
    const auto [known, is_new] = index_.try_emplace(key, entries_.size());
    if (!is_new) {
      auto why_not = share(entries_[known->second], server, listen, parsed);
      if (!error) error = std::move(why_not);
      continue;
    }
    entries_.push_back({.socket = {.module = module,
                                   .canonical = key.canonical,
                                   .ssl = listen.ssl || listen.quic,
                                   .servers = {server},
                                   .default_server = server},
                        .has_flagged_default = listen.default_server,
                        .has_socket_options = parsed.sets_socket_options});
  }
  return error;
}

// ngx_http_add_addresses(); stream had no shared addresses before 1.25.5, mail has none (R3.46).
std::optional<std::string> SocketTable::share(Entry& entry, std::size_t server,
                                              const Listen& listen,
                                              const ParsedListen& parsed) const {
  Socket& socket = entry.socket;
  const bool has_names = socket.module == Module::kHttp ||
                         (socket.module == Module::kStream && build_.version >= Version{1, 25, 5});
  if (!has_names) return "duplicate \"" + socket.canonical + "\" address and port pair";
  if (socket.servers.back() == server) return "a duplicate listen " + socket.canonical;
  socket.servers.push_back(server);
  socket.ssl = socket.ssl || listen.ssl || listen.quic;
  if (parsed.sets_socket_options && std::exchange(entry.has_socket_options, true)) {
    return "duplicate listen options for " + socket.canonical;
  }
  if (!listen.default_server) return std::nullopt;
  if (std::exchange(entry.has_flagged_default, true)) {
    return "a duplicate default server for " + socket.canonical;
  }
  socket.default_server = server;
  return std::nullopt;
}

std::vector<Socket> SocketTable::sockets() const {
  std::vector<Socket> out;
  for (const auto& [key, position] : index_) {
    const bool has_tcp = index_.contains({key.module, false, key.canonical});
    if (!key.is_datagram || !has_tcp) out.push_back(entries_[position].socket);
  }
  return out;
}

}  // namespace mtls::config
