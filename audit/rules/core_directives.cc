// Rules about directives of nginx's core that the TLS table does not hold: what the log keeps about
// refused clients, which page they get, and what nginx tells them about itself.
#include <algorithm>
#include <array>
#include <string_view>

#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "config/tls/core_directive.h"
#include "config/tls/merge_check.h"
#include "config/tls/observer_line.h"

namespace mtls::audit::rules {
namespace {

using config::Module;
using config::syntax::Directive;
using config::tls::InForce;
using config::tls::takes_refusals;

// Calls `look(server, directives)` for each server block of `module` that asks for certificates.
template <class Look>
void for_each_server(const TextView& text, Module module, std::string_view name, const Look& look) {
  const config::tls::CoreDirective directive(text.document(), name);
  for (const config::TlsContext& server : text.resolved().servers) {
    if (server.id.module == module && asks(server)) look(server, directive.in(server));
  }
}

std::string detail_of(const InForce& logs) {
  if (logs.empty()) return "error_log is not set: nginx logs only errors, to its built-in place";
  std::string detail;
  for (const Directive* log : logs) {
    detail += detail.empty() ? "error_log" : ", error_log";
    for (const config::syntax::Argument& word : log->args) detail += " " + word.text;
  }
  return detail;
}

void hidden_refusals(const TextView& text, Findings& findings) {
  for (const Module module : {Module::kHttp, Module::kStream, Module::kMail}) {
    for_each_server(
        text, module, "error_log", [&](const config::TlsContext& server, const InForce& logs) {
          const bool shown =
              std::ranges::any_of(logs, [](const Directive* log) { return takes_refusals(*log); });
          if (shown) return;
          Finding finding = finding_for(server, detail_of(logs));
          finding.at = logs.empty() ? place_beside(server) : logs.front()->at;
          findings.add(std::move(finding));
        });
  }
}

// nullptr: nobody wrote it, and it is on.
const Directive* written_of(const InForce& tokens) {
  return tokens.empty() || tokens.front()->args.size() != 1 ? nullptr : tokens.front();
}

// Other words, variables among them, are for nginx's commercial edition.
bool tells(const Directive* written, Profile profile) {
  if (written == nullptr) return profile == Profile::kStrict;
  const std::string& value = written->args.front().text;
  return value == "on" || value == "build";
}

void server_tokens(const TextView& text, Findings& findings) {
  for_each_server(text, Module::kHttp, "server_tokens",
                  [&](const config::TlsContext& server, const InForce& tokens) {
                    const Directive* written = written_of(tokens);
                    if (!tells(written, text.profile)) return;
                    Finding finding = finding_for(
                        server, written == nullptr ? "server_tokens is not set, so it is on"
                                                   : "server_tokens " + written->args.front().text);
                    finding.at = written == nullptr ? place_beside(server) : written->at;
                    findings.add(std::move(finding));
                  });
}

std::string detail_of(const config::tls::LineGap& gap, const config::TlsContext& server) {
  std::string level = &*server.directive == gap.block ? "the server block" : gap.block->name;
  for (const config::syntax::Argument& word : gap.block->args) level += " " + word.text;
  if (gap.instead == nullptr) return level + " has no access_log, and inherits none";
  std::string log = "access_log";
  for (const config::syntax::Argument& word : gap.instead->args) log += " " + word.text;
  return "in " + level + " " + log + " is in force, and not the observer's";
}

void observer_incomplete(const HostView& host, Findings& findings) {
  const std::string& socket = host.snapshot.policy->observer_socket;
  if (socket.empty()) return;
  const config::tls::ObserverLine line(*host.snapshot.config->document, socket);
  for (const config::TlsContext& server : host.resolved().servers) {
    if (server.id.module == Module::kMail || !asks(server)) continue;
    for (const config::tls::LineGap& gap : line.gaps(server)) {
      Finding finding = finding_for(server, detail_of(gap, server));
      finding.at = gap.instead != nullptr ? gap.instead->at : place_beside(server);
      findings.add(std::move(finding));
    }
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kErrorLogHidesVerifyFailures,
         .id = "error-log-hides-verify-failures",
         .severity = Severity::kInfo,
         .about = About::kText,
         .strict_severity = Severity::kWarning,
         .meaning = "nginx logs why it refuses a client at level info, and no error_log of this "
                    "server takes that level: a refused client leaves no line.",
         .remedy = "Write error_log with its file and the level info, in the server block or "
                   "around it.",
         .edit = Edit::set("error_log"),
         .check = hidden_refusals},
    Rule{.kind = FindingKind::kServerTokensOn,
         .id = "server-tokens-on",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "nginx tells its release in the Server header and on the page with which it "
                    "refuses a client, so to everybody without a certificate.",
         .remedy = "Set server_tokens off.",
         .edit = Edit::set("server_tokens", "off"),
         .check = server_tokens},
};

// error_page is inherited as a whole: the server block's own or that of http.
std::optional<base::SourceLocation> page_for_400(const ServerView& view) {
  const auto own = directive_in(*view.server().directive, "error_page", "400");
  if (own) return own;
  const auto* http =
      config::tls::block_of(*view.snapshot.config->document, view.server().id.module);
  return http == nullptr ? std::nullopt : directive_in(*http, "error_page", "400");
}

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
  Finding finding = finding_for(view, "error_page 400 is set, but not for" + missing);
  if (const auto at = page_for_400(view)) finding.at = at;
  findings.add(std::move(finding));
}

constexpr std::array kErrorPageRules{
    Rule{.kind = FindingKind::kErrorPageMisses495496,
         .id = "error-page-misses-495-496",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "error_page 400 does not catch refused client certificates: nginx looks up 495 "
                    "(bad certificate) and 496 (no certificate), although it answers 400.",
         .remedy = "Write error_page 400 495 496.",
         .edit = Edit::set("error_page"),
         .check = misses_codes},
    Rule{.kind = FindingKind::kObserverIncomplete,
         .id = "observer-incomplete",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "The settings observe clients, and some of those that come here are not told: "
                    "what is said of CAs without clients does not hold for this server block.",
         .remedy =
             "Include mtls-observer-http.conf in the http block, mtls-observer-stream.conf in "
             "the stream block, and mtls-observer-line.conf wherever an access_log stands.",
         .check = observer_incomplete},
};

}  // namespace

Subject core_directive_rules() { return kRules; }
Subject error_page_rules() { return kErrorPageRules; }

}  // namespace mtls::audit::rules
