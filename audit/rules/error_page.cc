// The rule about the page that refused clients get.
#include <algorithm>
#include <array>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

// 495 and 496 are looked up as such (R3.50), at the server: no location is chosen yet. Without a
// certificate nobody is refused in the optional modes.
void misses_codes(const ServerView& view, Findings& findings) {
  constexpr int kBadRequest = 400;
  constexpr int kBadCertificate = 495;
  constexpr int kNoCertificate = 496;
  const config::TlsContext& server = view.server();
  const auto has = [&](int status) {
    return std::binary_search(server.error_statuses.begin(), server.error_statuses.end(), status);
  };
  if (!asks(server) || !has(kBadRequest)) return;
  std::string missing = has(kBadCertificate) ? "" : " 495";
  const bool is_on = server.verify_client.value == config::VerifyClient::kOn;
  if (is_on && !has(kNoCertificate)) missing += " 496";
  if (missing.empty()) return;
  findings.add(finding_for(view, "error_page 400 is set, but not for" + missing));
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kErrorPageMisses495496,
         .id = "error-page-misses-495-496",
         .severity = Severity::kWarning,
         .meaning = "error_page 400 does not catch refused client certificates: nginx looks up 495 "
                    "(bad certificate) and 496 (no certificate), although it answers 400.",
         .remedy = "Write error_page 400 495 496.",
         .edit = Edit::set("error_page"),
         .check = misses_codes},
};

}  // namespace

Subject error_page_rules() { return kRules; }

}  // namespace mtls::audit::rules
