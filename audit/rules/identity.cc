// Rules about who is who: the canaries' fate and the certificate the server itself presents.
#include "audit/clock.h"
#include "audit/rules/rules.h"
#include "base/text.h"

namespace mtls::audit::rules {
namespace {

std::string refusal(const Verdict& verdict) {
  const std::string_view reason = verdict.client_verify;
  const bool failed = reason.starts_with("FAILED:");
  if (verdict.http_status == 200)
    return "is refused by the guard on $ssl_client_verify (" + verdict.client_verify + ")";
  if (!failed) return "is never asked for a certificate: the default server decides";
  return (verdict.http_status == 400 ? "gets 400 (" : "is disconnected (") +
         std::to_string(verdict.code) + ":" +
         std::string(reason.substr(std::string_view("FAILED:").size())) + ")";
}

void canaries(const ServerView& view, std::vector<Finding>& findings) {
  for (const Verdict& verdict : view.facts.verdicts) {
    if (verdict.expect == Expect::kAccept && !verdict.accepted) {
      findings.push_back(
          finding_for(view, FindingKind::kCanaryRejected, verdict.canary + " " + refusal(verdict)));
    } else if (verdict.expect == Expect::kReject && verdict.accepted) {
      findings.push_back(
          finding_for(view, FindingKind::kCanaryWronglyAccepted, verdict.canary + " is accepted"));
    }
  }
}

void server_certificate(const ServerView& view, const std::string& path,
                        std::vector<Finding>& findings) {
  const pki::Material* material = view.material().content(&path);
  if (material == nullptr) return;
  const auto until = earliest_expiry(*material);
  if (!until) return;
  const std::string when = " at " + base::rfc3339(*until);
  if (view.clock().has_come(*until)) {
    findings.push_back(
        finding_for_file(view, FindingKind::kServerCertificateExpired, path, "expired" + when));
  } else if (view.clock().is_near(*until, kServerCertificateExpiresSoon)) {
    findings.push_back(
        finding_for_file(view, FindingKind::kServerCertificateExpiresSoon, path, "expires" + when));
  }
}

void server_certificates(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().on_tls_socket) return;
  for (const config::FileRef& reference : view.server().certificates.value) {
    for (const std::string& path : known_paths(reference)) {
      server_certificate(view, path, findings);
    }
  }
}

}  // namespace

void identity_rules(const ServerView& view, std::vector<Finding>& findings) {
  canaries(view, findings);
  server_certificates(view, findings);
}

void canary_rules(const Snapshot& snapshot, const Evidence& evidence,
                  std::vector<Finding>& findings) {
  for (const Canary& canary : snapshot.canaries) {
    const auto file = evidence.material.file(&canary.path);
    if (!file) continue;
    const bool has_certificate = file->material && !file->material->certificates.empty();
    if (has_certificate && file->material->block_errors.empty()) continue;
    const std::string why = file->error        ? std::string(word(file->error->code))
                            : !has_certificate ? "holds no certificate"
                                               : "holds a broken block";
    findings.push_back({.kind = FindingKind::kCanaryUnreadable,
                        .context = {},
                        .path = canary.path,
                        .fingerprint = {},
                        .at = {},
                        .detail = base::sanitize(canary.name + ": " + canary.path + ": " + why,
                                                 base::kMaxPathBytes)});
  }
}

}  // namespace mtls::audit::rules
