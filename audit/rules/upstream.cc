// Rules about nginx as a client of its backends, and about settings that do not mean what they say
// on either side.
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

Finding about_upstream(const ServerView& view, FindingKind kind, const UpstreamTlsContext& upstream,
                       const std::string& what) {
  const std::string where = upstream.location.empty() ? "" : "location " + upstream.location + ": ";
  Finding finding =
      finding_for(view, kind, where + upstream.directive + " " + upstream.uri + ": " + what);
  finding.at = upstream.at;
  return finding;
}

// VerifyMode with nobody to trust: nginx opens its own CA file only with verify on.
bool refuses_all(const UpstreamTlsContext& upstream) {
  return !upstream.verify.value && upstream.overrides.requests &&
         !upstream.overrides.replaces_store();
}

void not_verified(const ServerView& view, const UpstreamTlsContext& upstream,
                  std::vector<Finding>& findings) {
  const bool has_ca = upstream.trusted_certificate.value.has_value();
  // Where a variable decides about TLS, only a CA shows that it was meant.
  const bool is_meant = upstream.speaks_tls == SpeaksTls::kYes ||
                        (upstream.speaks_tls == SpeaksTls::kMaybe && has_ca);
  if (upstream.verify.value || !is_meant || refuses_all(upstream)) return;
  const std::string verify = prefix_of(upstream) + "verify";
  if (upstream.overrides.requests) {
    findings.push_back(about_upstream(
        view, FindingKind::kUpstreamNotVerified, upstream,
        verify + " is off: VerifyMode lets a certificate of its CAs pass for any name"));
    return;
  }
  findings.push_back(about_upstream(
      view, FindingKind::kUpstreamNotVerified, upstream,
      has_ca ? prefix_of(upstream) + "trusted_certificate does nothing without " + verify + " on"
             : verify + " is off: any certificate will do"));
}

void session_shared(const ServerView& view, const UpstreamTlsContext& upstream,
                    std::vector<Finding>& findings) {
  if (!upstream.shares_sessions_with || upstream.speaks_tls != SpeaksTls::kYes) return;
  const UpstreamTlsContext& other =
      view.snapshot.config->resolved.upstreams.at(*upstream.shares_sessions_with);
  findings.push_back(about_upstream(
      view, FindingKind::kUpstreamSessionShared, upstream,
      "the " + other.directive + " at " + view.snapshot.config->document->path_of(other.at.file) +
          ":" + std::to_string(other.at.line) + " has the same peer and other TLS settings"));
}

std::string overriding(const config::ConfCommands& commands) {
  std::string all;
  for (const config::ConfCommand& command : commands) {
    if (!command.overrides_trust) continue;
    all.append(all.empty() ? "" : ", ").append(command.name).append(" ").append(command.value);
  }
  return all;
}

void server_commands(const ServerView& view, std::vector<Finding>& findings) {
  const auto& commands = view.server().conf_commands;
  const std::string all = overriding(commands.value);
  if (!view.server().has_context || all.empty()) return;
  findings.push_back(
      finding_for(view, FindingKind::kSslConfCommandOverrides, "ssl_conf_command " + all));
  findings.back().at = commands.at;
}

void upstream_commands(const ServerView& view, const UpstreamTlsContext& upstream,
                       std::vector<Finding>& findings) {
  const std::string all = overriding(upstream.conf_commands.value);
  if (all.empty() || upstream.speaks_tls == SpeaksTls::kNo) return;
  const std::string outcome =
      refuses_all(upstream) ? ": without VerifyCAFile every handshake fails" : "";
  findings.push_back(about_upstream(view, FindingKind::kSslConfCommandOverrides, upstream,
                                    prefix_of(upstream) + "conf_command " + all + outcome));
}

void ssl_on(const ServerView& view, std::vector<Finding>& findings) {
  const config::Setting<bool>& ssl = view.server().ssl;
  if (ssl.provenance == config::Provenance::kDefault) return;
  findings.push_back(
      finding_for(view, FindingKind::kSslOnRemoved, ssl.value ? "ssl on" : "ssl off"));
  findings.back().at = ssl.at;
}

template <class T>
void unsupported(const ServerView& view, const config::Setting<T>& setting, const std::string& what,
                 std::vector<Finding>& findings) {
  findings.push_back(finding_for(view, FindingKind::kUnsupportedDirectiveValue, what));
  findings.back().at = setting.at;
}

// OpenSSL 1.1.0 removed SSLv2, and is built without SSLv3 unless one asks for it.
void old_protocols(const ServerView& view, const std::string& directive,
                   const config::Setting<config::ProtocolSet>& protocols,
                   std::vector<Finding>& findings) {
  using config::Protocol;
  const bool is_written = protocols.provenance != config::Provenance::kDefault;
  if (!is_written || view.build.openssl < config::Version{1, 1, 0}) return;
  for (const Protocol protocol : {Protocol::kSsl2, Protocol::kSsl3}) {
    if (!protocols.value.has(protocol)) continue;
    unsupported(view, protocols,
                directive + ": OpenSSL has no " + std::string(config::word(protocol)), findings);
  }
}

// nginx hands the depth on as an int.
void depth_beyond_int(const ServerView& view, std::vector<Finding>& findings) {
  const config::Setting<int>& depth = view.server().verify_depth;
  if (!depth.directive) return;
  const std::string& text = depth.directive->args.at(0).text;
  const auto written = config::grammar::parse_number(text);
  if (!written || *written <= std::numeric_limits<int>::max()) return;
  unsupported(view, depth, "ssl_verify_depth " + text + " becomes " + std::to_string(depth.value),
              findings);
}

void server_values(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().has_context) return;
  old_protocols(view, "ssl_protocols", view.server().protocols, findings);
  depth_beyond_int(view, findings);
}

}  // namespace

void upstream_rules(const ServerView& view, std::vector<Finding>& findings) {
  server_commands(view, findings);
  ssl_on(view, findings);
  server_values(view, findings);
  for (const UpstreamTlsContext& upstream :
       view.snapshot.config->resolved.upstreams_of(view.index)) {
    not_verified(view, upstream, findings);
    session_shared(view, upstream, findings);
    upstream_commands(view, upstream, findings);
    if (upstream.speaks_tls == SpeaksTls::kNo) continue;
    old_protocols(view, prefix_of(upstream) + "protocols", upstream.protocols, findings);
  }
}

}  // namespace mtls::audit::rules
