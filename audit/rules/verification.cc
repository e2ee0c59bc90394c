// Rules about whether a server block verifies clients, as far as its own directives say.
#include <array>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using config::TlsContext;
using config::VerifyClient;

void no_trust_source(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  const bool demands = server.verify_client.value == VerifyClient::kOn ||
                       server.verify_client.value == VerifyClient::kOptional;
  const bool trusted_suffices =
      view.build.loads_ca_by_pem_read() && server.trusted_certificate.value;  // R2.31
  if (!server.has_context || !demands || server.client_certificate.value || trusted_suffices)
    return;
  Finding finding =
      finding_for(view, "ssl_verify_client " + std::string(word(server.verify_client.value)) +
                            " without ssl_client_certificate");
  // An inherited one may be cancelled with "".
  if (server.client_certificate.at) finding.at = server.client_certificate.at;
  findings.add(std::move(finding));
}

void verify_off(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  if (!server.serves_tls() || server.verify_client.value != VerifyClient::kOff) return;
  // An inherited CA is meant for all of http; one set in the block itself is meant for the block.
  const bool own_ca = server.client_certificate.value &&
                      server.client_certificate.provenance == config::Provenance::kLocal;
  if (own_ca) {
    Finding finding =
        finding_for(view, "ssl_client_certificate is set, but ssl_verify_client is off");
    finding.at = server.verify_client.at ? server.verify_client.at : server.client_certificate.at;
    findings.add(std::move(finding));
  } else if (!server.reject_handshake.value) {
    findings.add_strict(
        finding_for(view, "TLS is served here, and no client is asked for a certificate"));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kNoTrustSource,
         .id = "no-trust-source",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kStopsNginx,
         .meaning = "Clients must send a certificate, but no CA file is in force: nginx refuses to "
                    "start or reload (no ssl_client_certificate for ssl_verify_client).",
         .remedy = "Set ssl_client_certificate to the bundle of the CAs that issue client "
                   "certificates.",
         .check = no_trust_source},
    Rule{.kind = FindingKind::kVerifyClientOffWithCa,
         .id = "verify-client-off-with-ca",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "ssl_verify_client is off although a client CA is configured or, in the strict "
                    "profile, although TLS is served: nginx asks no client for a certificate.",
         .remedy = "Set ssl_verify_client on, or remove ssl_client_certificate.",
         .check = verify_off},
};

}  // namespace

Subject verification_rules() { return kRules; }

}  // namespace mtls::audit::rules
