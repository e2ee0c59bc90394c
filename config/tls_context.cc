#include "config/tls_context.h"

#include <strings.h>

#include <algorithm>

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

std::string_view word(VerifyClient verify_client) {
  switch (verify_client) {
    case VerifyClient::kOff: return "off";
    case VerifyClient::kOn: return "on";
    case VerifyClient::kOptional: return "optional";
    case VerifyClient::kOptionalNoCa: break;
  }
  return "optional_no_ca";
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

}  // namespace mtls::config
