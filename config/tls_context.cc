#include "config/tls_context.h"

namespace mtls::config {

std::optional<int> security_level_in(std::string_view ciphers) {
  constexpr std::string_view kCommand = "@SECLEVEL=";
  const std::size_t at = ciphers.rfind(kCommand);
  if (at == std::string_view::npos || at + kCommand.size() >= ciphers.size()) return std::nullopt;
  const char digit = ciphers[at + kCommand.size()];
  return digit >= '0' && digit <= '5' ? std::optional(digit - '0') : std::nullopt;
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

std::optional<int> TlsContext::security_level() const {
  return overrides.security_level ? overrides.security_level : security_level_in(ciphers.value);
}

const std::string& TlsContext::cipher_string() const {
  return overrides.cipher_string ? *overrides.cipher_string : ciphers.value;
}

}  // namespace mtls::config
