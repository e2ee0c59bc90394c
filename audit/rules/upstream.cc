// Rules about nginx as a client of its backends, and about settings on either side that do not mean
// what they say.
#include <algorithm>
#include <array>
#include <limits>

#include "audit/rules/rules.h"
#include "config/grammar/measures.h"

namespace mtls::audit::rules {
namespace {

using config::SpeaksTls;
using config::UpstreamTlsContext;

std::string prefix_of(const UpstreamTlsContext& upstream) {
  return upstream.directive.substr(0, upstream.directive.find('_')) + "_ssl_";
}

// Calls `look(item, upstream)` for each backend of the server; item 0 is the server itself.
template <class Look>
void for_each_upstream(const ServerView& view, const Look& look) {
  std::size_t item = 0;
  if (!view.resolved().is_reached(view.index)) return;
  for (const UpstreamTlsContext& upstream : view.resolved().upstreams_of(view.index)) {
    look(++item, upstream);
  }
}

Finding about_upstream(const ServerView& view, const UpstreamTlsContext& upstream,
                       const std::string& what) {
  const std::string where = upstream.location.empty() ? "" : "location " + upstream.location + ": ";
  Finding finding =
      finding_for(view, where + upstream.directive + " " + upstream.uri + ": " + what);
  finding.at = upstream.at;
  return finding;
}

// VerifyMode with nobody to trust: nginx opens its own CA file only with verify on.
bool refuses_all(const UpstreamTlsContext& upstream) {
  return !upstream.verify.value && upstream.overrides.requests &&
         !upstream.overrides.replaces_store();
}

// "": nothing is wrong.
std::string unverified_text(const UpstreamTlsContext& upstream) {
  const bool has_ca = upstream.trusted_certificate.value.has_value();
  // Where a variable decides about TLS, only a CA shows that it was meant.
  const bool is_meant = upstream.speaks_tls == SpeaksTls::kYes ||
                        (upstream.speaks_tls == SpeaksTls::kMaybe && has_ca);
  if (upstream.verify.value || !is_meant || refuses_all(upstream)) return "";
  const std::string verify = prefix_of(upstream) + "verify";
  if (upstream.overrides.requests) {
    return verify + " is off: VerifyMode lets a certificate of its CAs pass for any name";
  }
  return has_ca ? prefix_of(upstream) + "trusted_certificate does nothing without " + verify + " on"
                : verify + " is off: any certificate will do";
}

void not_verified(const ServerView& view, Findings& findings) {
  for_each_upstream(view, [&](std::size_t item, const UpstreamTlsContext& upstream) {
    const std::string text = unverified_text(upstream);
    if (text.empty()) return;
    Finding finding = about_upstream(view, upstream, text);
    if (upstream.verify.at) finding.at = upstream.verify.at;
    findings.add_at(item, std::move(finding));
  });
}

void session_shared(const ServerView& view, Findings& findings) {
  for_each_upstream(view, [&](std::size_t item, const UpstreamTlsContext& upstream) {
    if (!upstream.shares_sessions_with || upstream.speaks_tls != SpeaksTls::kYes) return;
    const UpstreamTlsContext& other = view.resolved().upstreams.at(*upstream.shares_sessions_with);
    if (!view.resolved().is_reached(other.server_index)) return;
    findings.add_at(
        item, about_upstream(view, upstream,
                             "the " + other.directive + " at " +
                                 view.snapshot.config->document->path_of(other.at.file) + ":" +
                                 std::to_string(other.at.line) +
                                 " has the same peer and other TLS settings"));
  });
}

std::string overriding(const config::ConfCommands& commands) {
  std::string all;
  for (const config::ConfCommand& command : commands) {
    if (!command.overrides_trust) continue;
    all.append(all.empty() ? "" : ", ").append(command.name).append(" ").append(command.value);
  }
  return all;
}

void server_commands(const ServerView& view, Findings& findings) {
  const auto& commands = view.server().conf_commands;
  const std::string all = overriding(commands.value);
  if (!view.server().has_context || all.empty()) return;
  Finding finding = finding_for(view, "ssl_conf_command " + all);
  finding.at = commands.at;
  findings.add(std::move(finding));
}

void conf_command_overrides(const ServerView& view, Findings& findings) {
  server_commands(view, findings);
  for_each_upstream(view, [&](std::size_t item, const UpstreamTlsContext& upstream) {
    const std::string all = overriding(upstream.conf_commands.value);
    if (all.empty() || upstream.speaks_tls == SpeaksTls::kNo) return;
    const std::string outcome =
        refuses_all(upstream) ? ": without VerifyCAFile every handshake fails" : "";
    Finding finding =
        about_upstream(view, upstream, prefix_of(upstream) + "conf_command " + all + outcome);
    finding.at = upstream.conf_commands.at;
    findings.add_at(item, std::move(finding));
  });
}

void ssl_on(const ServerView& view, Findings& findings) {
  const config::Setting<bool>& ssl = view.server().ssl;
  if (ssl.provenance == config::Provenance::kDefault) return;
  Finding finding = finding_for(view, ssl.value ? "ssl on" : "ssl off");
  finding.at = ssl.at;
  findings.add(std::move(finding));
}

// OpenSSL 1.1.0 removed SSLv2, and is built without SSLv3 unless one asks for it.
std::vector<std::string> missing_protocols(const ServerView& view,
                                           const config::Setting<config::ProtocolSet>& protocols) {
  using config::Protocol;
  std::vector<std::string> missing;
  const bool is_written = protocols.provenance != config::Provenance::kDefault;
  if (!is_written || view.build.openssl < config::Version{1, 1, 0}) return missing;
  for (const Protocol protocol : {Protocol::kSsl2, Protocol::kSsl3}) {
    if (protocols.value.has(protocol)) missing.emplace_back(config::word(protocol));
  }
  return missing;
}

// nginx hands the depth on as an int. "": it fits.
std::string overflow_of(const config::Setting<int>& depth) {
  if (!depth.directive) return "";
  const std::string& text = depth.directive->args.at(0).text;
  const auto written = config::grammar::parse_number(text);
  if (!written || *written <= std::numeric_limits<int>::max()) return "";
  return "ssl_verify_depth " + text + " becomes " + std::to_string(depth.value);
}

void unsupported_of_server(const ServerView& view, Findings& findings) {
  if (!view.server().has_context) return;
  const auto report = [&](const auto& setting, const std::string& what) {
    Finding finding = finding_for(view, what);
    finding.at = setting.at;
    findings.add(std::move(finding));
  };
  const auto& protocols = view.server().protocols;
  for (const std::string& protocol : missing_protocols(view, protocols)) {
    report(protocols, "ssl_protocols: OpenSSL has no " + protocol);
  }
  const auto& depth = view.server().verify_depth;
  const std::string overflow = overflow_of(depth);
  if (!overflow.empty()) report(depth, overflow);
}

void unsupported(const ServerView& view, Findings& findings) {
  unsupported_of_server(view, findings);
  for_each_upstream(view, [&](std::size_t item, const UpstreamTlsContext& upstream) {
    if (upstream.speaks_tls == SpeaksTls::kNo) return;
    for (const std::string& protocol : missing_protocols(view, upstream.protocols)) {
      Finding finding =
          finding_for(view, prefix_of(upstream) + "protocols: OpenSSL has no " + protocol);
      finding.at = upstream.protocols.at;
      findings.add_at(item, std::move(finding));
    }
  });
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kUpstreamNotVerified,
         .id = "upstream-not-verified",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "nginx speaks TLS to this backend and verifies nothing: it believes whoever "
                    "answers at the backend's address.",
         .remedy = "Set proxy_ssl_verify on and proxy_ssl_trusted_certificate (or the same of "
                   "grpc_ssl_ and uwsgi_ssl_).",
         .check = not_verified},
    Rule{.kind = FindingKind::kUpstreamSessionShared,
         .id = "upstream-session-shared",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "Two places reach one peer with different TLS settings and reuse each other's "
                    "sessions: what the first one verified, or presented, counts for the other.",
         .remedy = "Set proxy_ssl_session_reuse off in both, or give both the same settings.",
         .edit = Edit::set("proxy_ssl_session_reuse", "off"),
         .check = session_shared},
    Rule{.kind = FindingKind::kSslConfCommandOverrides,
         .id = "ssl-conf-command-overrides",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "An OpenSSL configuration command overrides what nginx's own directives say "
                    "about trust.",
         .remedy = "Use ssl_verify_client, ssl_client_certificate and ssl_ciphers instead.",
         .check = conf_command_overrides},
    Rule{.kind = FindingKind::kSslOnRemoved,
         .id = "ssl-on-removed",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "The ssl directive is deprecated: nginx 1.25.1 and later refuse it (unknown "
                    "directive \"ssl\").",
         .remedy = "Remove it, and add ssl to the listen directives.",
         .edit = Edit::remove("ssl"),
         .check = ssl_on},
    Rule{.kind = FindingKind::kUnsupportedDirectiveValue,
         .id = "unsupported-directive-value",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "nginx accepts a value that the library behind it does not support: the value "
                    "has another effect, or none.",
         .remedy = "Write what is meant.",
         .check = unsupported},
};

}  // namespace

Subject upstream_rules() { return kRules; }

}  // namespace mtls::audit::rules
