#include "audit/refusals/tls_strength.h"

#include <strings.h>

#include <string_view>

#include "audit/trust/trust.h"
#include "pki/ssl/cipher_strength.h"

namespace mtls::audit::refusals {
namespace {

using config::TlsContext;

// A CipherString command runs after SSL_CTX_set_cipher_list(), so it has the last word.
std::string cipher_string(const TlsContext& server) {
  std::string list = server.ciphers.value;
  for (const auto& [command, value] : server.conf_commands.value) {
    if (strcasecmp(command.c_str(), "CipherString") == 0) list = value;
  }
  return list;
}

// TLS 1.3 has cipher suites of its own, and none of them is weak. Without words of its own nginx
// speaks the older ones too.
bool is_tls13_only(const TlsContext& server) {
  const config::Setting<std::string>* protocols = server.setting("ssl_protocols");
  return protocols != nullptr && protocols->value == "TLSv1.3";
}

}  // namespace

TlsStrength tls_strength(const RefusalScene& scene) {
  TlsStrength strength;
  std::map<std::pair<std::string, int>, std::vector<std::string>> known;
  const auto& servers = scene.snapshot.config->resolved.servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const TlsContext& server = servers[i];
    if (!server.has_context || !server.on_tls_socket) continue;
    if (scene.trials.judges_names() && !is_tls13_only(server)) {
      const std::string list = cipher_string(server);
      const int level = server.security_level().value_or(trust::kDefaultSecurityLevel);
      const auto [at, is_new] = known.try_emplace({list, level});
      if (is_new) at->second = pki::ssl::weak_ciphers(list, level);
      if (!at->second.empty()) strength.weak_ciphers.emplace(config::ServerIndex{i}, at->second);
    }
    const config::Setting<std::string>* dhparam = server.setting("ssl_dhparam");
    if (dhparam == nullptr || dhparam->value.empty()) continue;
    const auto [bits, is_new] = strength.dh_bits.try_emplace(dhparam->value, std::nullopt);
    if (!is_new) continue;
    const auto content = scene.files.read(dhparam->value, scene.policy.limits.max_file_bytes);
    if (content) bits->second = pki::ssl::dh_parameter_bits(content->text());
  }
  return strength;
}

}  // namespace mtls::audit::refusals
