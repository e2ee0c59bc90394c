// Rules about who gets past a server block's client certificates: clients without SUCCESS, without
// TLS, with a forged identity. What gets there is found by config/exposure/exposure.h.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "base/text.h"

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

std::string words_of(const Opening& opening) {
  std::string request = opening.method;
  if (!opening.path.empty()) request += (request.empty() ? "" : " ") + opening.path;
  if (opening.status != 0) {
    request +=
        (request.empty() ? "" : ", ") + std::string("error_page ") + std::to_string(opening.status);
  }
  return place(opening.location) + (request.empty() ? "" : " (" + request + ")");
}

// Those over TLS, or those of one listen without it. What Tengine waives is told by
// enforcement-bypassed-by-release.
std::vector<Opening> openings_at(const TlsContext& server, const std::string& listen) {
  std::vector<Opening> found;
  std::ranges::copy_if(server.openings, std::back_inserter(found),
                       [&](const Opening& one) { return one.listen == listen && !one.waived_at; });
  return found;
}

std::string named(const std::vector<Opening>& openings) {
  std::string text;
  const std::size_t shown = std::min(openings.size(), kMaxNamed);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + words_of(openings[i]);
  return shown == openings.size()
             ? text
             : text + " and " + std::to_string(openings.size() - shown) + " more";
}

std::vector<Opening> openings_over_tls(const TlsContext& server) {
  return openings_at(server, std::string());
}

bool is_http(const TlsContext& server) { return server.id.module == config::Module::kHttp; }

// Where no location can refuse.
constexpr const char* kSetOn = "Set ssl_verify_client on.";

// Nothing of a mail server can look at the verdict; http says which location serves.
bool is_unguarded(const ServerView& view) {
  const TlsContext& server = view.server();
  if (!asks(server) || server.guard != config::Guard::kNone) return false;
  if (view.facts.demanded_by_handshake) return false;
  const bool looks_at_none =
      server.id.module == config::Module::kMail && server.verify_client.value != VerifyClient::kOn;
  return looks_at_none || !openings_over_tls(server).empty();
}

std::string mode_text(const TlsContext& server) {
  return "ssl_verify_client " + std::string(word(server.verify_client.value)) + ": ";
}

std::string served_text(const TlsContext& server, const std::string& who) {
  const std::vector<Opening> openings = openings_over_tls(server);
  return mode_text(server) +
         (openings.empty() ? "nothing refuses " + who : who + " are served by " + named(openings));
}

// What a client without TLS gets on one listen, and what mends it.
struct PlainDoor {
  std::string what;
  std::string remedy;
};

PlainDoor mail_door(const Opening& opening) {
  if (opening.content == "starttls")
    return {"logins without TLS pass, since starttls is on", "Set starttls only."};
  if (opening.content == "smtp_auth")
    return {"mail passes without TLS and without a login, since smtp_auth has none",
            "Remove none from smtp_auth, or put ssl on the listen instead of starttls."};
  return {"logins pass without TLS", "Add ssl to the listen, or set starttls only."};
}

PlainDoor door_of(const TlsContext& server, const std::vector<Opening>& openings) {
  switch (server.id.module) {
    case config::Module::kMail: return mail_door(openings.front());
    case config::Module::kStream:
      return {"connections without TLS are served", "Add ssl to the listen, or remove it."};
    case config::Module::kHttp: break;
  }
  return {"requests without TLS are served by " + named(openings), ""};
}

// One finding for each listen. Where an optional mode lets anybody in over TLS too, that is said
// instead.
void served_without_tls(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  if (!asks(server)) return;
  if (server.verify_client.value != VerifyClient::kOn && is_unguarded(view)) return;
  std::size_t item = 0;
  for (const config::Listen& listen : server.listens) {
    const std::vector<Opening> openings = openings_at(server, listen.canonical());
    if (openings.empty()) continue;
    PlainDoor door = door_of(server, openings);
    Finding finding =
        finding_for(view, mode_text(server) + "on " + listen.canonical() + " (" +
                              view.snapshot.config->document->path_of(listen.at.file) + ":" +
                              std::to_string(listen.at.line) + ") " + door.what);
    finding.at = is_http(server) ? listen.at : openings.front().at;
    finding.remedy = std::move(door.remedy);
    findings.add_at(++item, std::move(finding));
  }
}

void optional_no_ca(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  if (server.verify_client.value != VerifyClient::kOptionalNoCa || !is_unguarded(view)) return;
  Finding finding =
      finding_for(view, served_text(server, "clients without a verified certificate"));
  if (!is_http(server)) finding.remedy = kSetOn;
  findings.add(std::move(finding));
}

// What mends openings to which only an error_page leads: no mode and no guard before it helps.
std::string error_page_remedy(const std::vector<Opening>& openings) {
  const bool all_by_page =
      std::ranges::all_of(openings, [](const Opening& opening) { return opening.status != 0; });
  if (openings.empty() || !all_by_page) return "";  // only of http
  return "Let error_page " + std::to_string(openings.front().status) +
         " end at one fixed file, or refuse in " + place(openings.front().location) +
         " too, with if ($ssl_client_verify != SUCCESS) { return 403; }.";
}

void optional_unguarded(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  if (server.verify_client.value == VerifyClient::kOptionalNoCa || !is_unguarded(view)) return;
  const std::vector<Opening> openings = openings_over_tls(server);
  Finding finding = finding_for(view, server.verify_client.value == VerifyClient::kOn
                                          ? "error_page leads refused clients to " + named(openings)
                                          : served_text(server, "clients without a certificate"));
  finding.remedy =
      is_http(server) ? base::sanitize(error_page_remedy(openings), base::kMaxPathBytes) : kSetOn;
  findings.add(std::move(finding));
}

void undecidable(const ServerView& view, Findings& findings) {
  const TlsContext& server = view.server();
  const std::string& note = view.facts.enforced_note;
  const bool is_open = server.guard == config::Guard::kUndecidable || !note.empty();
  if (!asks(server) || view.facts.enforced || !is_open) return;
  Finding finding = finding_for(view, note.empty() ? mode_text(server) + server.guard_doubt : note);
  if (!server.hooks.empty() && note.starts_with(server.hooks.front().directive)) {
    finding.at = server.hooks.front().at;
    finding.remedy =
        "Make sure that the code keeps ssl_verify_client on, the depth and the CAs; the exporter "
        "cannot tell.";
  } else if (!is_http(server)) {
    finding.remedy = "Set ssl_verify_client on, or make sure that whatever decides refuses them.";
  }
  findings.add(std::move(finding));
}

void plaintext_twins(const ServerView& view, Findings& findings) {
  for (const config::PlaintextTwin& twin : view.server().plaintext_twins) {
    if (twin.server == view.index) continue;  // served-without-tls says it
    const TlsContext& other = view.resolved().servers[twin.server];
    Finding finding = finding_for(
        view, "the server block at " + view.snapshot.config->document->path_of(other.at.file) +
                  ":" + std::to_string(other.at.line) + " serves " + twin.opening.content +
                  " without TLS on " + twin.listen + " in " + place(twin.opening.location));
    const auto listen = std::ranges::find(other.listens, twin.listen, &config::Listen::canonical);
    finding.at = listen == other.listens.end() ? other.at : listen->at;
    findings.add(std::move(finding));
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
    if (gaps[i].is_spoofable) continue;  // identity-header-spoofable says it
    Finding finding = finding_for(view, gap_text(view, gaps[i]));
    finding.at = gaps[i].at;
    findings.add_at(i + 1, std::move(finding));
  }
}

void header_spoofable(const ServerView& view, Findings& findings) {
  const auto& gaps = view.server().header_gaps;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (!gaps[i].is_spoofable) continue;
    Finding finding = finding_for(view, gap_text(view, gaps[i]) + ": a client's own header passes");
    finding.at = gaps[i].at;
    findings.add_at(i + 1, std::move(finding));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kOptionalNoCa,
         .id = "optional-no-ca",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kLetsIn,
         .meaning = "ssl_verify_client is optional_no_ca, and some location refuses nobody: nginx "
                    "serves clients with a certificate of any CA, and clients without one.",
         .remedy = "Set ssl_verify_client on, or check $ssl_client_verify before anything is "
                   "served.",
         .edit = Edit::set("ssl_verify_client", "on"),
         .check = optional_no_ca},
    Rule{.kind = FindingKind::kVerifyOptionalUnguarded,
         .id = "verify-optional-unguarded",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kLetsIn,
         .meaning = "nginx serves clients without a certificate: ssl_verify_client is optional and "
                    "some location refuses nobody, or error_page leads refused clients to such a "
                    "location.",
         .remedy = "Set ssl_verify_client on, or refuse with if ($ssl_client_verify != SUCCESS) { "
                   "return 403; }.",
         .edit = Edit::set("ssl_verify_client", "on"),
         .check = optional_unguarded},
    Rule{.kind = FindingKind::kServedWithoutTls,
         .id = "served-without-tls",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kLetsIn,
         .meaning = "The server block demands client certificates, and one of its listens serves "
                    "clients without TLS: nginx looks at certificates in TLS alone.",
         .remedy = "Move the plain listen into a server block of its own that redirects (return "
                   "301 https://$host$request_uri), or remove it.",
         .check = served_without_tls},
    Rule{.kind = FindingKind::kEnforcementUndecidable,
         .id = "enforcement-undecidable",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "The directives do not tell whether clients without a verified certificate are "
                    "served: code, another module, addresses or the backend decide.",
         .remedy = "Refuse earlier with if ($ssl_client_verify != SUCCESS) { return 403; }, or "
                   "make sure that whatever decides does.",
         .check = undecidable},
    Rule{.kind = FindingKind::kPlaintextTwin,
         .id = "plaintext-twin",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kLetsIn,
         .meaning = "The same name is served without TLS from the same backend or files: a client "
                    "that does not use TLS needs no certificate.",
         .remedy = "Redirect there (return 301 https://...), or remove the plain listen.",
         .edit = Edit::set("return", "301 https://$host$request_uri"),
         .check = plaintext_twins},
    Rule{.kind = FindingKind::kIdentityHeaderNotSet,
         .id = "identity-header-not-set",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A location passes requests on without an identity header that the server "
                    "block, or another location with the same backend, sets. A proxy_set_header of "
                    "its own drops all inherited ones.",
         .remedy = "Set the header in this location too, or clear it with \"\".",
         .edit = Edit::set("proxy_set_header"),
         .check = header_not_set},
    Rule{.kind = FindingKind::kIdentityHeaderSpoofable,
         .id = "identity-header-spoofable",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A header tells a backend who the client is, and this way to the backend lets "
                    "through what the client itself sends under that name.",
         .remedy = "Set the header in every location that leads to the backend; where no client is "
                   "verified, set it to \"\".",
         .edit = Edit::set("proxy_set_header"),
         .check = header_spoofable},
};

// What this very nginx does, whatever the text says: holes of its release, and what other products
// add (R9.1, R9.9).
void bypassed_by_release(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  if (view.facts.is_bypassed) findings.add(finding_for(view, view.facts.enforced_note));
  for (const config::Opening& opening : view.server().openings) {
    if (!opening.waived_at) continue;
    Finding finding = finding_for(view, "ssl_verify_client_exception lets location " +
                                            opening.location + " serve " + opening.content +
                                            " to clients without a verified certificate");
    finding.at = opening.waived_at;
    finding.remedy =
        "Remove ssl_verify_client_exception, or move the location to a server block "
        "that asks nobody.";
    findings.add(std::move(finding));
  }
}

constexpr std::array kReleaseRules{
    Rule{.kind = FindingKind::kEnforcementBypassedByRelease,
         .id = "enforcement-bypassed-by-release",
         .severity = Severity::kCritical,
         .about = About::kText,
         .effect = Effect::kLetsIn,
         .meaning = "This release or product of nginx lets clients past the certificate check that "
                    "the configuration demands.",
         .remedy = "Upgrade nginx to a release or package without this hole and restart it.",
         .check = bypassed_by_release},
};

}  // namespace

Subject enforcement_rules() { return kRules; }
Subject release_rules() { return kReleaseRules; }

}  // namespace mtls::audit::rules
