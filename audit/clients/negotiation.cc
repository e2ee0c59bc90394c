#include "audit/clients/negotiation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace mtls::audit::clients {
namespace {

using config::Protocol;
using config::TlsContext;
using pki::Signing;

// Commands that change versions, groups or signature algorithms; SSL_CONF_cmd() ignores the case.
bool is_about_negotiation(const config::ConfCommand& command) {
  constexpr std::array<std::string_view, 8> kNames{"protocol",    "minprotocol",
                                                   "maxprotocol", "signaturealgorithms",
                                                   "curves",      "clientsignaturealgorithms",
                                                   "groups",      "options"};
  std::string name = command.name;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kNames, name) != kNames.end();
}

bool negotiates_by_default(const TlsContext& server) {
  return std::ranges::none_of(server.conf_commands.value, is_about_negotiation);
}

// The best version that the block speaks; nullopt: TLS 1.1 or older, or its names lead to default
// servers that speak others. The default server's count before SNI is read.
std::optional<Protocol> version_of(const config::ResolvedConfig& resolved, std::size_t index,
                                   const TlsContext& owner) {
  const auto best = [](const TlsContext& server) -> std::optional<Protocol> {
    for (const Protocol protocol : {Protocol::kTls13, Protocol::kTls12}) {
      if (server.protocols.value.has(protocol)) return protocol;
    }
    return std::nullopt;
  };
  const std::optional<Protocol> version = best(owner);
  const bool agree =
      std::ranges::all_of(resolved.reaches.at(index).roles, [&](const config::SocketRole& role) {
        const config::Socket& socket = resolved.sockets.at(role.socket);
        if (!socket.ssl) return true;
        const TlsContext& first = resolved.servers.at(socket.default_server);
        return best(first) == version && negotiates_by_default(first);
      });
  return agree ? version : std::nullopt;
}

Signing signing(const pki::SigningByVersion& key, Protocol version, const TlsContext& owner) {
  if (version == Protocol::kTls13) return key.tls13;
  const bool has_default_groups = owner.ecdh_curve.value == "auto";
  return key.needs_group && !has_default_groups ? Signing::kUnknown : key.tls12;
}

}  // namespace

Negotiation negotiate(const config::ResolvedConfig& resolved, std::size_t index, std::size_t owner,
                      const pki::Material& sent) {
  if (pki::has_short_time(sent)) return {.offered = true, .alert = "decode_error"};
  const TlsContext& decides = resolved.servers.at(owner);
  const auto version = version_of(resolved, index, decides);
  if (sent.certificates.empty() || !sent.unread.empty() || !version ||
      !negotiates_by_default(decides))
    return {.offered = std::nullopt, .alert = ""};
  switch (signing(pki::signing_of(sent.certificates.front(), sent.release), *version, decides)) {
    case Signing::kFits: return {.offered = true, .alert = ""};
    case Signing::kNotOffered: return {.offered = false, .alert = ""};
    case Signing::kRefused: return {.offered = true, .alert = "illegal_parameter"};
    case Signing::kUnknown: break;
  }
  return {.offered = std::nullopt, .alert = ""};
}

}  // namespace mtls::audit::clients
