// Rules about what the configuration says of one server block.
#include "audit/rules.h"

namespace mtls::audit {
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
  findings.push_back(about(view, FindingKind::kNoTrustSource,
                           "ssl_verify_client " + std::string(word(server.verify_client.value)) +
                               " without ssl_client_certificate"));
}

void off_with_ca(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  // An inherited CA is http-wide on purpose; one set in the block itself was meant for it.
  const bool own_ca = server.client_certificate.value &&
                      server.client_certificate.provenance == config::Provenance::kLocal;
  if (!server.on_tls_socket || server.verify_client.value != VerifyClient::kOff || !own_ca) return;
  findings.push_back(about(view, FindingKind::kVerifyClientOffWithCa,
                           "ssl_client_certificate is set, verify is off"));
}

void shadowed(const ServerView& view, std::vector<Finding>& findings) {
  const config::ResolvedConfig& resolved = view.snapshot.config->resolved;
  const std::size_t speaker = resolved.speaker(view.index);
  if (speaker == view.index) return;
  const TlsContext& first = resolved.servers[speaker];
  findings.push_back(about(view, FindingKind::kServerShadowed,
                           "the server block at " +
                               view.snapshot.config->document->path_of(first.at.file) + ":" +
                               std::to_string(first.at.line) + " has the same name and address"));
}

void runtime_path(const ServerView& view, std::vector<Finding>& findings) {
  for (const config::FileRef& reference : view.server().certificates.value) {
    if (const auto* runtime = std::get_if<config::RuntimePath>(&reference)) {
      findings.push_back(about(view, FindingKind::kRuntimePath,
                               runtime->text + " is known at handshake time only"));
    }
  }
}

void inert(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  const bool own = server.verify_client.provenance == config::Provenance::kLocal;
  if (server.on_tls_socket || server.verify_client.value == VerifyClient::kOff || !own) return;
  findings.push_back(
      about(view, FindingKind::kInertTlsSettings, "no listen of this server block speaks TLS"));
}

void optional_modes(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  if (!asks(server) || server.guard != config::Guard::kNone) return;
  if (server.verify_client.value == VerifyClient::kOptional) {
    findings.push_back(
        about(view, FindingKind::kVerifyOptionalUnguarded,
              "ssl_verify_client optional, and nothing refuses a client without a certificate"));
  } else if (server.verify_client.value == VerifyClient::kOptionalNoCa) {
    findings.push_back(
        about(view, FindingKind::kOptionalNoCa,
              "ssl_verify_client optional_no_ca, and nothing looks at $ssl_client_verify"));
  }
}

}  // namespace

void config_rules(const ServerView& view, std::vector<Finding>& findings) {
  no_trust_source(view, findings);
  off_with_ca(view, findings);
  shadowed(view, findings);
  runtime_path(view, findings);
  inert(view, findings);
  optional_modes(view, findings);
}

}  // namespace mtls::audit
