// What the strict profile adds: settings that nginx takes and that serve well until something else
// changes.
#include <algorithm>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

bool is_said(const std::vector<Finding>& findings, FindingKind kind) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.kind == kind; });
}

}  // namespace

void strict_rules(const ServerView& view, std::vector<Finding>& findings) {
  if (view.profile != Profile::kStrict || !view.server().on_tls_socket) return;
  if (asks(view.server())) {
    if (!view.server().crl.value && view.server().ocsp.value == config::Ocsp::kOff) {
      findings.push_back(
          finding_for(view, FindingKind::kNoClientRevocation, "no ssl_crl and no ssl_ocsp"));
    }
  } else if (!view.server().reject_handshake.value &&
             !is_said(findings, FindingKind::kVerifyClientOffWithCa)) {
    findings.push_back(finding_for(view, FindingKind::kVerifyClientOffWithCa,
                                   "TLS is served here and nobody is asked for a certificate"));
  }
}

}  // namespace mtls::audit::rules
