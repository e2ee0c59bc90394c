#include "config/tls_context.h"

#include <strings.h>

#include <algorithm>
#include <tuple>

namespace mtls::config {
namespace {

std::optional<int> security_level_in(std::string_view ciphers) {
  constexpr std::string_view kCommand = "@SECLEVEL=";
  const std::size_t at = ciphers.rfind(kCommand);
  if (at == std::string_view::npos || at + kCommand.size() >= ciphers.size()) return std::nullopt;
  const char digit = ciphers[at + kCommand.size()];
  return digit >= '0' && digit <= '5' ? std::optional(digit - '0') : std::nullopt;
}

}  // namespace

std::string_view word(Module module) {
  switch (module) {
    case Module::kHttp: return "http";
    case Module::kStream: return "stream";
    case Module::kMail: break;
  }
  return "mail";
}

std::string_view word(VerifyClient verify_client) {
  switch (verify_client) {
    case VerifyClient::kOff: return "off";
    case VerifyClient::kOn: return "on";
    case VerifyClient::kOptional: return "optional";
    case VerifyClient::kOptionalNoCa: break;
  }
  return "optional_no_ca";
}

std::string_view word(Provenance provenance) {
  switch (provenance) {
    case Provenance::kDefault: return "default";
    case Provenance::kInherited: return "inherited";
    case Provenance::kLocal: break;
  }
  return "local";
}

std::string Listen::canonical() const {
  return port == 0 ? address : address + ":" + std::to_string(port);
}

// The commands run after SSL_CTX_set_cipher_list(), so theirs is the last word.
std::optional<int> TlsContext::security_level() const {
  std::optional<int> level = security_level_in(ciphers.value);
  for (const auto& [command, value] : conf_commands.value) {
    if (strcasecmp(command.c_str(), "CipherString") != 0) continue;  // as SSL_CONF_cmd() does
    if (const auto commanded = security_level_in(value)) level = commanded;
  }
  return level;
}

const Setting<std::string>* TlsContext::setting(std::string_view directive) const {
  const auto found = std::lower_bound(
      settings.begin(), settings.end(), directive,
      [](const NamedSetting& one, std::string_view wanted) { return one.directive < wanted; });
  return found == settings.end() || found->directive != directive ? nullptr : &found->effective;
}

const Socket* ResolvedConfig::socket(Module module, const std::string& canonical,
                                     Transport transport) const {
  const auto key = [](const Socket& one) {
    return std::tie(one.module, one.canonical, one.transport);
  };
  const auto wanted = std::tie(module, canonical, transport);
  const auto found =
      std::lower_bound(sockets.begin(), sockets.end(), wanted,
                       [&](const Socket& one, const auto& other) { return key(one) < other; });
  return found == sockets.end() || key(*found) != wanted ? nullptr : &*found;
}

std::optional<std::size_t> ResolvedConfig::tls_owner(std::size_t index) const {
  return standings.at(index).tls_owner;
}

std::size_t ResolvedConfig::speaker(std::size_t index) const { return standings.at(index).speaker; }

std::span<const LostName> ResolvedConfig::lost_names_of(std::size_t server) const {
  const auto [begin, end] = std::ranges::equal_range(lost_names, server, {}, &LostName::server);
  return {begin, end};
}

std::span<const UpstreamTlsContext> ResolvedConfig::upstreams_of(std::size_t server_index) const {
  const auto [begin, end] =
      std::ranges::equal_range(upstreams, server_index, {}, &UpstreamTlsContext::server_index);
  return {begin, end};
}

}  // namespace mtls::config
