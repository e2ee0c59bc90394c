#include "audit/resumption.h"

#include <algorithm>
#include <string>

#include "config/measures.h"

namespace mtls::audit {
namespace {

using config::TlsContext;

std::string value_of(const TlsContext& server, std::string_view directive) {
  const config::Setting<std::string>* setting = server.setting(directive);
  return setting == nullptr ? "" : setting->value;
}

// A shared cache survives the reload, and whoever takes no tickets is in it: before 1.23.2 a TLS
// 1.2 client without that extension, later every client, since the cache then holds the keys of the
// tickets too. So do tickets under keys that stand in a file.
bool survives_reload(const TlsContext& keeper, const TlsContext& server) {
  const bool is_shared = value_of(keeper, "ssl_session_cache").find("shared:") != std::string::npos;
  const bool has_fixed_key = !value_of(keeper, "ssl_session_ticket_key").empty();
  return is_shared || (has_fixed_key && value_of(server, "ssl_session_tickets") != "off");
}

}  // namespace

std::chrono::seconds resumption_window(const config::ResolvedConfig& resolved, std::size_t server) {
  std::chrono::seconds window{0};
  for (const config::Place& place : resolved.standings.at(server).places) {
    const config::Socket& socket = resolved.sockets.at(place.socket);
    // OpenSSL looks up sessions, ticket keys and the timeout in the SSL_CTX a connection began
    // with, whatever SNI changes later.
    const TlsContext& keeper = resolved.servers.at(socket.default_server);
    if (!socket.ssl || !survives_reload(keeper, resolved.servers.at(server))) continue;
    const auto timeout =
        config::parse_time(value_of(keeper, "ssl_session_timeout"), config::TimeUnit::kSeconds);
    window = std::max(window, std::chrono::seconds{timeout.value_or(0)});
  }
  return window;
}

}  // namespace mtls::audit
