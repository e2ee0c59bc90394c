// Rules about who is who: the canaries' fate and the certificate the server itself presents.
#include "audit/horizon.h"
#include "audit/rules.h"

namespace mtls::audit {
namespace {

void canaries(const ServerView& view, std::vector<Finding>& findings) {
  for (const Verdict& verdict : view.facts.verdicts) {
    if (verdict.expect == Expect::kAccept && !verdict.accepted) {
      const std::string how =
          verdict.code == 0
              ? std::string("is never asked for a certificate: the default server decides")
              : "gets 400 (" + std::to_string(verdict.code) + ":" +
                    verdict.client_verify.substr(std::string("FAILED:").size()) + ")";
      findings.push_back(about(view, FindingKind::kCanaryRejected, verdict.canary + " " + how));
    } else if (verdict.expect == Expect::kReject && verdict.accepted) {
      findings.push_back(
          about(view, FindingKind::kCanaryWronglyAccepted, verdict.canary + " is accepted"));
    }
  }
}

void server_certificates(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().on_tls_socket) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    const std::string* path = static_path(reference);
    const pki::Material* material = material_of(view.snapshot, path);
    if (material == nullptr) continue;
    const auto until = earliest_expiry(*material);
    if (!until) continue;
    const std::string when = " at " + base::rfc3339(*until);
    if (*until <= view.now()) {
      findings.push_back(
          about_file(view, FindingKind::kServerCertificateExpired, *path, "expired" + when));
    } else if (*until - view.now() <= kServerCertificateExpiresSoon) {
      findings.push_back(
          about_file(view, FindingKind::kServerCertificateExpiresSoon, *path, "expires" + when));
    }
  }
}

}  // namespace

void identity_rules(const ServerView& view, std::vector<Finding>& findings) {
  canaries(view, findings);
  server_certificates(view, findings);
}

}  // namespace mtls::audit
