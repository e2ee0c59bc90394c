#include "audit/trust/resumption.h"

namespace mtls::audit::trust {
namespace {

using config::TlsContext;

// Since this release the shared cache holds the ticket keys, and a resumed TLS 1.3 session ends
// when the original session would have (ngx_ssl_info_callback).
constexpr config::Version kKeepsTicketKeys{1, 23, 2};

std::string joined(const std::vector<config::NamedFile>& files) {
  std::string all;
  for (const config::NamedFile& named : files) {
    all += (all.empty() ? "" : ", ") + std::get<config::StaticPath>(named.file).path;
  }
  return all;
}

// A shared cache survives a reload, and with it the sessions of the clients in it. With tickets on,
// these are TLS 1.2 clients without the ticket extension before 1.23.2, and all clients since then.
// Tickets survive, too, if their keys come from a file.
std::optional<Resumption> kept_through_reload(const TlsContext& keeper, const TlsContext& server,
                                              const config::NginxBuild& build) {
  const bool is_shared = !keeper.session_cache.value.shared.empty();
  const bool has_tickets = server.session_tickets.value;
  const bool has_fixed_key = has_tickets && !keeper.session_ticket_keys.value.empty();
  if (!is_shared && !has_fixed_key) return std::nullopt;
  const bool is_old = build.version < kKeepsTicketKeys;
  const bool speaks_tls13 = keeper.protocols.value.has(config::Protocol::kTls13);
  Resumption kept;
  kept.kept_by = has_fixed_key
                     ? "ssl_session_ticket_key " + joined(keeper.session_ticket_keys.value)
                     : "ssl_session_cache " + keeper.session_cache.value.text();
  kept.at = has_fixed_key ? keeper.session_ticket_keys.at : keeper.session_cache.at;
  kept.needs_ticketless_client = is_old && has_tickets && !has_fixed_key;
  kept.is_endless = is_old && speaks_tls13 && !kept.needs_ticketless_client;
  kept.window = keeper.session_timeout.value;
  return kept;
}

}  // namespace

std::optional<Resumption> resumption(const config::ResolvedConfig& resolved, std::size_t server,
                                     const config::NginxBuild& build) {
  std::optional<Resumption> longest;
  for (const config::SocketRole& role : resolved.reaches.at(server).roles) {
    const config::Socket& socket = resolved.sockets.at(role.socket);
    // OpenSSL looks up sessions, ticket keys and the timeout in the SSL_CTX that the connection
    // started with, even if SNI selects another one later.
    const TlsContext& keeper = resolved.servers.at(socket.default_server);
    const bool has_starttls = resolved.servers.at(server).starttls.value != config::Starttls::kOff;
    if (!socket.ssl && !has_starttls) continue;
    auto kept = kept_through_reload(keeper, resolved.servers.at(server), build);
    if (kept && (!longest || kept->window > longest->window)) longest = std::move(kept);
  }
  return longest;
}

}  // namespace mtls::audit::trust
