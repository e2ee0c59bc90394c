#include "config/sockets.h"

#include <algorithm>
#include <utility>

namespace mtls::config {
namespace {

// Of addresses: `u`nix, `[`, digits and names.
char family(const Listen& listen) {
  const char first = listen.address.front();
  return listen.port == 0 || first == '[' ? first : '.';
}

}  // namespace

std::optional<std::string> SocketTable::add(Module module, std::size_t server,
                                            const ParsedListen& parsed) {
  std::optional<std::string> error;
  for (const Listen& listen : parsed.listens) {
    const Key key{module, listen.canonical(), listen.transport};
    const auto [known, is_new] = index_.try_emplace(key, entries_.size());
    if (!is_new) {
      auto why_not = share(entries_[known->second], server, listen, parsed);
      if (!error) error = std::move(why_not);
      continue;
    }
    entries_.push_back(
        {.socket = {.module = module,
                    .canonical = key.canonical,
                    .ssl = listen.ssl || listen.quic,
                    .servers = {server},
                    .default_server = server,
                    .transport = listen.transport},
         .has_flagged_default = listen.default_server,
         .has_socket_options = parsed.sets_socket_options,
         .port = ports_
                     .try_emplace({module, listen.transport, family(listen), listen.port},
                                  ports_.size())
                     .first->second});
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
  std::vector<std::pair<std::size_t, std::size_t>> met;  // port, then address
  for (std::size_t i = 0; i < entries_.size(); ++i) met.emplace_back(entries_[i].port, i);
  std::sort(met.begin(), met.end());
  std::vector<std::uint32_t> ranks(entries_.size());
  for (std::uint32_t rank = 0; rank < met.size(); ++rank) ranks[met[rank].second] = rank;
  std::vector<Socket> out;
  for (const auto& [key, position] : index_) {
    out.push_back(entries_[position].socket);
    out.back().rank = ranks[position];
  }
  return out;
}

}  // namespace mtls::config
