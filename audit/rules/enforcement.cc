// Rules about who gets past a server block's client certificates: clients without SUCCESS, without
// TLS, with a forged identity. What gets there is found by config/exposure/exposure.h.
#include <algorithm>
#include <array>
#include <iterator>

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

// The request that gets there: ` (TRACE /a, error_page 405)`.
std::string request_text(const Opening& opening) {
  std::string text = opening.method;
  if (!opening.path.empty()) text += (text.empty() ? "" : " ") + opening.path;
  if (opening.status != 0) {
    text +=
        (text.empty() ? "" : ", ") + std::string("error_page ") + std::to_string(opening.status);
  }
  return text.empty() ? "" : " (" + text + ")";
}

// Those of its TLS listens that nginx itself has; the others are told by plaintext-listen and
// enforcement-bypassed-by-release.
std::vector<Opening> tls_openings(const TlsContext& server) {
  std::vector<Opening> openings;
  std::ranges::copy_if(server.openings, std::back_inserter(openings), [](const Opening& opening) {
    return opening.listen.empty() && !opening.waived_at;
  });
  return openings;
}

std::string openings_of(const std::vector<Opening>& openings) {
  std::string text;
  const std::size_t shown = std::min(openings.size(), kMaxNamed);
  for (std::size_t i = 0; i < shown; ++i) {
    const Opening& opening = openings[i];
    text += (i == 0 ? "" : ", ") + place(opening.location) + request_text(opening);
  }
  if (shown < openings.size()) {
    text += " and " + std::to_string(openings.size() - shown) + " more";
  }
  return text;
}

// Nothing of a mail server can look at the verdict; http says which location serves.
bool is_unguarded(const ServerView& view) {
  const TlsContext& server = view.server();
  if (!asks(server) || server.guard != config::Guard::kNone) return false;
  if (view.facts.enforced == true) return false;  // the handshake demands a certificate
  if (server.id.module == config::Module::kMail) {
    return server.verify_client.value != VerifyClient::kOn;
  }
  return !tls_openings(server).empty();
}

std::string mode_text(const TlsContext& server) {
  return "ssl_verify_client " + std::string(word(server.verify_client.value)) + ": ";
}

std::string served_text(const TlsContext& server, const std::string& who) {
  const std::vector<Opening> openings = tls_openings(server);
  return mode_text(server) + (openings.empty() ? "nothing refuses " + who
                                               : who + " are served by " + openings_of(openings));
}

void optional_no_ca(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  if (server.verify_client.value != VerifyClient::kOptionalNoCa || !is_unguarded(view)) return;
  findings.add(finding_for(view, served_text(server, "clients without a verified certificate")));
}

void optional_unguarded(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  if (server.verify_client.value == VerifyClient::kOptionalNoCa || !is_unguarded(view)) return;
  findings.add(finding_for(
      view, server.verify_client.value == VerifyClient::kOn
                ? "error_page leads refused clients to " + openings_of(tls_openings(server))
                : served_text(server, "clients without a certificate")));
}

void undecidable(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  const std::string& note = view.facts.enforced_note;
  const bool is_open = server.guard == config::Guard::kUndecidable || !note.empty();
  if (!asks(server) || view.facts.enforced || !is_open) return;
  findings.add(finding_for(view, note.empty() ? mode_text(server) + server.guard_doubt : note));
}

// One finding a listen, at that listen.
void plaintext_listens(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  std::vector<std::string> told;
  for (const Opening& opening : server.openings) {
    if (opening.listen.empty() || std::ranges::find(told, opening.listen) != told.end()) continue;
    told.push_back(opening.listen);
    Finding finding = finding_for(
        view, "listen " + opening.listen + " has no ssl: everybody gets " + opening.content +
                  " from " + place(opening.location) + request_text(opening));
    finding.at = opening.listen_at;
    findings.add(std::move(finding));
  }
}

void plaintext_twins(const ServerView& view, Findings& findings) {
  for (const config::PlaintextTwin& twin : view.server().plaintext_twins) {
    const TlsContext& other = view.resolved().servers[twin.server];
    findings.add(finding_for(
        view, "the server block at " + view.snapshot.config->document->path_of(other.at.file) +
                  ":" + std::to_string(other.at.line) + " serves " + twin.opening.content +
                  " without TLS on " + twin.listen + " in " + place(twin.opening.location)));
  }
}

std::string gap_text(const ServerView& view, const HeaderGap& gap) {
  return place(gap.location) + " (" + view.snapshot.config->document->path_of(gap.at.file) + ":" +
         std::to_string(gap.at.line) + ") passes requests to " + gap.backend + " without " +
         gap.header + ", which is set at line " + std::to_string(gap.set_at.line);
}

void header_not_set(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  const auto& gaps = view.server().header_gaps;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    findings.add_at(i + 1, finding_for(view, gap_text(view, gaps[i])));
  }
}

void header_spoofable(const ServerView& view, Findings& findings) {
  const auto& gaps = view.server().header_gaps;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (!gaps[i].is_spoofable) continue;
    findings.add_at(i + 1,
                    finding_for(view, gap_text(view, gaps[i]) + ": a client's own header passes"));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kOptionalNoCa,
         .id = "optional-no-ca",
         .severity = Severity::kCritical,
         .meaning = "ssl_verify_client is optional_no_ca, and some location refuses nobody: nginx "
                    "serves clients with a certificate of any CA, and clients without one.",
         .remedy = "Set ssl_verify_client on, or check $ssl_client_verify before anything is "
                   "served.",
         .edit = Edit::set("ssl_verify_client", "on"),
         .check = optional_no_ca},
    Rule{.kind = FindingKind::kVerifyOptionalUnguarded,
         .id = "verify-optional-unguarded",
         .severity = Severity::kCritical,
         .meaning = "nginx serves clients without a certificate: ssl_verify_client is optional and "
                    "some location refuses nobody, or error_page leads refused clients to such a "
                    "location.",
         .remedy = "Set ssl_verify_client on, or refuse with if ($ssl_client_verify != SUCCESS) { "
                   "return 403; }.",
         .edit = Edit::set("ssl_verify_client", "on"),
         .check = optional_unguarded},
    Rule{.kind = FindingKind::kEnforcementUndecidable,
         .id = "enforcement-undecidable",
         .severity = Severity::kInfo,
         .meaning = "The directives do not tell whether clients without a verified certificate are "
                    "served: code, another module, addresses or the backend decide.",
         .remedy = "Refuse earlier with if ($ssl_client_verify != SUCCESS) { return 403; }, or "
                   "make sure that whatever decides does.",
         .check = undecidable},
    Rule{.kind = FindingKind::kPlaintextListen,
         .id = "plaintext-listen",
         .severity = Severity::kCritical,
         .meaning = "The server block asks for client certificates and also listens without TLS: "
                    "over that listen nginx verifies nobody and serves the same content.",
         .remedy = "Move the plain listen to a server block of its own that redirects (return 301 "
                   "https://$host$request_uri;), or add ssl to it.",
         .check = plaintext_listens},
    Rule{.kind = FindingKind::kPlaintextTwin,
         .id = "plaintext-twin",
         .severity = Severity::kCritical,
         .meaning = "The same name is served without TLS from the same backend or files: a client "
                    "that does not use TLS needs no certificate.",
         .remedy = "Redirect there (return 301 https://...), or remove the plain listen.",
         .edit = Edit::set("return", "301 https://$host$request_uri"),
         .check = plaintext_twins},
    Rule{.kind = FindingKind::kIdentityHeaderNotSet,
         .id = "identity-header-not-set",
         .severity = Severity::kWarning,
         .meaning = "A location passes requests on without an identity header that the server "
                    "block, or another location with the same backend, sets. A proxy_set_header of "
                    "its own drops all inherited ones.",
         .remedy = "Set the header in this location too, or clear it with \"\".",
         .edit = Edit::set("proxy_set_header"),
         .check = header_not_set},
    Rule{.kind = FindingKind::kIdentityHeaderSpoofable,
         .id = "identity-header-spoofable",
         .severity = Severity::kWarning,
         .meaning = "A header tells a backend who the client is, and this way to the backend lets "
                    "through what the client itself sends under that name.",
         .remedy = "Set the header in every location that leads to the backend; where no client is "
                   "verified, set it to \"\".",
         .edit = Edit::set("proxy_set_header"),
         .check = header_spoofable},
};

}  // namespace

Subject enforcement_rules() { return kRules; }

}  // namespace mtls::audit::rules
