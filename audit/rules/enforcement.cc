// Rules about who gets past a server block's client certificates: clients without SUCCESS, without
// TLS, with a forged identity. What gets there is found by config/exposure/exposure.h.
#include <algorithm>

#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

using config::HeaderGap;
using config::Opening;
using config::TlsContext;
using config::VerifyClient;

constexpr std::size_t kMaxNamed = 5;  // locations in one sentence

std::string place(const std::string& location) {
  return location.empty() ? "the server block itself" : "location " + location;
}

std::string openings_of(const TlsContext& server) {
  std::string text;
  const std::size_t shown = std::min(server.openings.size(), kMaxNamed);
  for (std::size_t i = 0; i < shown; ++i) {
    const Opening& opening = server.openings[i];
    text += (i == 0 ? "" : ", ") + place(opening.location);
    if (!opening.path.empty()) text += " (" + opening.path + ")";
  }
  if (shown < server.openings.size()) {
    text += " and " + std::to_string(server.openings.size() - shown) + " more";
  }
  return text;
}

// Nothing of a stream or mail server can look at the verdict; http says which location serves.
void unguarded(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  const VerifyClient mode = server.verify_client.value;
  if (!asks(server) || server.guard != config::Guard::kNone) return;
  if (view.facts.enforced == true) return;  // the handshake demands a certificate
  if (mode == VerifyClient::kOn && server.openings.empty()) return;
  const std::string who = mode == VerifyClient::kOptionalNoCa
                              ? "clients without a verified certificate"
                              : "clients without a certificate";
  std::string detail = "ssl_verify_client " + std::string(word(mode)) + ": " +
                       (server.openings.empty() ? "nothing refuses " + who
                                                : who + " are served by " + openings_of(server));
  if (mode == VerifyClient::kOn) {
    detail = "error_page hands those whom nginx refuses to " + openings_of(server);
  }
  findings.push_back(finding_for(view,
                                 mode == VerifyClient::kOptionalNoCa
                                     ? FindingKind::kOptionalNoCa
                                     : FindingKind::kVerifyOptionalUnguarded,
                                 detail));
}

void undecidable(const ServerView& view, std::vector<Finding>& findings) {
  const TlsContext& server = view.server();
  if (!asks(server) || server.guard != config::Guard::kUndecidable || view.facts.enforced) return;
  findings.push_back(finding_for(view, FindingKind::kEnforcementUndecidable,
                                 "ssl_verify_client " +
                                     std::string(word(server.verify_client.value)) + ": " +
                                     server.guard_doubt));
}

void plaintext_twins(const ServerView& view, std::vector<Finding>& findings) {
  for (const config::PlaintextTwin& twin : view.server().plaintext_twins) {
    const TlsContext& other = view.snapshot.config->resolved.servers[twin.server];
    findings.push_back(finding_for(
        view, FindingKind::kPlaintextTwin,
        "the server block at " + view.snapshot.config->document->path_of(other.at.file) + ":" +
            std::to_string(other.at.line) + " serves " + twin.opening.content + " without TLS on " +
            twin.listen + " in " + place(twin.opening.location)));
  }
}

std::string gap_text(const ServerView& view, const HeaderGap& gap) {
  return place(gap.location) + " (" + view.snapshot.config->document->path_of(gap.at.file) + ":" +
         std::to_string(gap.at.line) + ") passes requests to " + gap.backend + " without " +
         gap.header + ", which is set at line " + std::to_string(gap.set_at.line);
}

void identity_headers(const ServerView& view, std::vector<Finding>& findings) {
  for (const HeaderGap& gap : view.server().header_gaps) {
    if (asks(view.server())) {
      findings.push_back(
          finding_for(view, FindingKind::kIdentityHeaderNotSet, gap_text(view, gap)));
    }
    if (gap.is_spoofable) {
      findings.push_back(finding_for(view, FindingKind::kIdentityHeaderSpoofable,
                                     gap_text(view, gap) + ": a client's own passes"));
    }
  }
}

// 495 and 496 are looked up as such (R3.50), at the server: no location is chosen yet. Without a
// certificate nobody is refused in the optional modes.
void error_pages(const ServerView& view, std::vector<Finding>& findings) {
  constexpr int kBadRequest = 400;
  constexpr int kBadCertificate = 495;
  constexpr int kNoCertificate = 496;
  const TlsContext& server = view.server();
  const auto has = [&](int status) {
    return std::binary_search(server.error_statuses.begin(), server.error_statuses.end(), status);
  };
  if (!asks(server) || !has(kBadRequest)) return;
  std::string missing = has(kBadCertificate) ? "" : " 495";
  if (server.verify_client.value == VerifyClient::kOn && !has(kNoCertificate)) missing += " 496";
  if (missing.empty()) return;
  findings.push_back(finding_for(view, FindingKind::kErrorPageMisses495496,
                                 "error_page 400 is set, but not for" + missing));
}

}  // namespace

void enforcement_rules(const ServerView& view, std::vector<Finding>& findings) {
  unguarded(view, findings);
  undecidable(view, findings);
  plaintext_twins(view, findings);
  identity_headers(view, findings);
  error_pages(view, findings);
}

}  // namespace mtls::audit::rules
