#include "config/blocks/sockets.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace mtls::config::blocks {
namespace {

// The address family: `u` for unix, `[` for IPv6, `.` for IPv4 addresses and names.
char family(const Listen& listen) {
  const char first = listen.address.front();
  return listen.port == 0 || first == '[' ? first : '.';
}

// ngx_inet_wildcard()
bool is_wildcard(std::string_view canonical) {
  return canonical.starts_with("0.0.0.0:") || canonical.starts_with("[::]:");
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

// ngx_http_add_addresses(). Several servers on one address: in stream not before 1.25.5, in mail
// never (R3.46).
std::optional<std::string> SocketTable::share(SocketEntry& entry, std::size_t server,
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

template <class Within>
std::vector<std::uint32_t> SocketTable::ranks(const Within& within) const {
  std::vector<std::pair<std::tuple<std::size_t, int>, std::size_t>> order;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    order.push_back({{entries_[i].port, within(entries_[i])}, i});
  }
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> out(order.size());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) out[order[rank].second] = rank;
  return out;
}

std::vector<Socket> SocketTable::sockets() const {
  const auto in_reading_order = ranks([](const SocketEntry&) { return 0; });
  const auto for_names = ranks([](const SocketEntry& entry) {
    if (is_wildcard(entry.socket.canonical)) return 2;
    return entry.has_socket_options ? 0 : 1;
  });
  std::vector<Socket> out;
  for (const auto& [key, position] : index_) {
    out.push_back(entries_[position].socket);
    out.back().rank = in_reading_order[position];
    out.back().names_rank = for_names[position];
  }
  return out;
}

}  // namespace mtls::config::blocks
