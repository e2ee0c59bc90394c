#include "audit/trust/resumption.h"

#include "config/grammar/measures.h"

namespace mtls::audit::trust {
namespace {

using config::TlsContext;

// From here on the shared cache holds the keys of the tickets, and a resumed TLS 1.3 session ends
// when the first one would have (ngx_ssl_info_callback).
constexpr config::Version kKeepsTicketKeys{1, 23, 2};

std::string value_of(const TlsContext& server, std::string_view directive) {
  const config::Setting<std::string>* setting = server.setting(directive);
  return setting == nullptr ? "" : setting->value;
}

void keep_by(Resumption& kept, const TlsContext& keeper, std::string_view directive) {
  const config::Setting<std::string>* setting = keeper.setting(directive);
  kept.kept_by = std::string(directive) + " " + setting->value;
  kept.at = setting->at;
}

// A shared cache survives the reload, and whoever takes no tickets is in it: before 1.23.2 a TLS
// 1.2 client without that extension, later every client. So do tickets under keys that stand in a
// file.
std::optional<Resumption> kept_through_reload(const TlsContext& keeper, const TlsContext& server,
                                              const config::NginxBuild& build) {
  const bool is_shared = value_of(keeper, "ssl_session_cache").find("shared:") != std::string::npos;
  const bool has_tickets = value_of(server, "ssl_session_tickets") != "off";
  const bool has_fixed_key = has_tickets && !value_of(keeper, "ssl_session_ticket_key").empty();
  if (!is_shared && !has_fixed_key) return std::nullopt;
  const bool is_old = build.version < kKeepsTicketKeys;
  const bool speaks_tls13 = value_of(keeper, "ssl_protocols").find("TLSv1.3") != std::string::npos;
  Resumption kept;
  keep_by(kept, keeper, has_fixed_key ? "ssl_session_ticket_key" : "ssl_session_cache");
  kept.needs_ticketless_client = is_old && has_tickets && !has_fixed_key;
  kept.is_endless = is_old && speaks_tls13 && !kept.needs_ticketless_client;
  const auto timeout = config::grammar::parse_time(value_of(keeper, "ssl_session_timeout"),
                                                   config::grammar::TimeUnit::kSeconds);
  kept.window = std::chrono::seconds{timeout.value_or(0)};
  return kept;
}

}  // namespace

std::optional<Resumption> resumption(const config::ResolvedConfig& resolved, std::size_t server,
                                     const config::NginxBuild& build) {
  std::optional<Resumption> longest;
  for (const config::SocketRole& place : resolved.reaches.at(server).roles) {
    const config::Socket& socket = resolved.sockets.at(place.socket);
    // OpenSSL looks up sessions, ticket keys and the timeout in the SSL_CTX a connection began
    // with, whatever SNI changes later.
    const TlsContext& keeper = resolved.servers.at(socket.default_server);
    if (!socket.ssl) continue;
    auto kept = kept_through_reload(keeper, resolved.servers.at(server), build);
    if (kept && (!longest || kept->window > longest->window)) longest = std::move(kept);
  }
  return longest;
}

}  // namespace mtls::audit::trust
