#include "audit/refusals/tls_strength.h"

#include "audit/trust/trust.h"
#include "pki/ssl/cipher_strength.h"

namespace mtls::audit::refusals {
namespace {

using config::TlsContext;

// TLS 1.3 has its own cipher suites, and none of them is weak. By default nginx speaks older
// versions, too.
bool is_tls13_only(const TlsContext& server) {
  return server.protocols.value.has_only(config::Protocol::kTls13);
}

}  // namespace

TlsStrength tls_strength(const RefusalScene& scene) {
  TlsStrength strength;
  std::map<std::pair<std::string, int>, std::vector<std::string>> known;
  const auto& servers = scene.snapshot.config->resolved.servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const TlsContext& server = servers[i];
    if (!server.has_context || !server.serves_tls()) continue;
    if (scene.trials.judges_names() && !is_tls13_only(server)) {
      const std::string& list = server.cipher_string();
      const int level = server.security_level().value_or(trust::kDefaultSecurityLevel);
      const auto [at, is_new] = known.try_emplace({list, level});
      if (is_new) at->second = pki::ssl::weak_ciphers(list, level);
      if (!at->second.empty()) strength.weak_ciphers.emplace(config::ServerIndex{i}, at->second);
    }
    const std::string* dhparam = static_path(server.dhparam.value);
    if (dhparam == nullptr) continue;
    const auto [bits, is_new] = strength.dh_bits.try_emplace(*dhparam, std::nullopt);
    if (!is_new) continue;
    const auto content = scene.files.read(*dhparam, scene.policy.limits.max_file_bytes);
    if (content) bits->second = pki::ssl::dh_parameter_bits(content->text());
  }
  return strength;
}

}  // namespace mtls::audit::refusals
