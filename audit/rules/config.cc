// Rules about what the configuration says of one server block.
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using config::TlsContext;
using config::VerifyClient;

void no_trust_source(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  const bool demands = server.verify_client.value == VerifyClient::kOn ||
                       server.verify_client.value == VerifyClient::kOptional;
  const bool trusted_suffices =
      view.build.loads_ca_by_pem_read() && server.trusted_certificate.value;  // R2.31
  if (!server.has_context || !demands || server.client_certificate.value || trusted_suffices)
    return;
  findings.push_back(finding_for(view, FindingKind::kNoTrustSource,
                                 "ssl_verify_client " +
                                     std::string(word(server.verify_client.value)) +
                                     " without ssl_client_certificate"));
}

void off_with_ca(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  // An inherited CA is http-wide on purpose; one set in the block itself was meant for it.
  const bool own_ca = server.client_certificate.value &&
                      server.client_certificate.provenance == config::Provenance::kLocal;
  if (!server.on_tls_socket || server.verify_client.value != VerifyClient::kOff || !own_ca) return;
  findings.push_back(finding_for(view, FindingKind::kVerifyClientOffWithCa,
                                 "ssl_client_certificate is set, verify is off"));
}

void runtime_path(const ServerView& view, std::vector<Finding>& findings) {
  for (const config::FileRef& reference : view.server().certificates.value) {
    const auto* runtime = std::get_if<config::RuntimePath>(&reference);
    if (runtime != nullptr && runtime->followed.empty()) {
      findings.push_back(finding_for(view, FindingKind::kRuntimePath,
                                     runtime->text + " is known at handshake time only"));
    }
  }
}

}  // namespace

void config_rules(const ServerView& view, std::vector<Finding>& findings) {
  no_trust_source(view, findings);
  off_with_ca(view, findings);
  runtime_path(view, findings);
}

}  // namespace mtls::audit::rules
