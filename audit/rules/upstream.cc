// Rules about nginx as a client of its backends, and about settings that do not mean what they say
// on either side.
#include <strings.h>

#include <algorithm>
#include <array>
#include <limits>

#include "audit/rules/rules.h"
#include "audit/trust/conf_overrides.h"
#include "config/grammar/measures.h"

namespace mtls::audit::rules {
namespace {

using config::SpeaksTls;
using config::UpstreamTlsContext;
using ConfCommands = std::vector<std::pair<std::string, std::string>>;

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

trust::ConfOverrides overrides_of(const ServerView& view, const UpstreamTlsContext& upstream) {
  return trust::conf_overrides(upstream, view.snapshot.config->document->files.front());
}

// VerifyMode with nobody to trust: nginx opens its own CA file only with verify on.
bool refuses_all(const ServerView& view, const UpstreamTlsContext& upstream) {
  const trust::ConfOverrides overrides = overrides_of(view, upstream);
  return !upstream.verify.value && overrides.requests && overrides.store_files.empty() &&
         !overrides.store_is_open;
}

void not_verified(const ServerView& view, const UpstreamTlsContext& upstream,
                  std::vector<Finding>& findings) {
  const bool has_ca = upstream.trusted_certificate.value.has_value();
  // Where a variable decides about TLS, only a CA shows that it was meant.
  const bool is_meant = upstream.speaks_tls == SpeaksTls::kYes ||
                        (upstream.speaks_tls == SpeaksTls::kMaybe && has_ca);
  if (upstream.verify.value || !is_meant || refuses_all(view, upstream)) return;
  const std::string verify = prefix_of(upstream) + "verify";
  if (overrides_of(view, upstream).requests) {
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

// R3.6: the commands that take over what the trust directives say. SSL_CONF_cmd() ignores case.
bool overrides_trust(const std::string& command, const std::string& value) {
  constexpr std::array kCommands{"VerifyMode",    "VerifyCAFile",  "VerifyCAPath",  "VerifyCAStore",
                                 "ClientCAFile",  "ClientCAPath",  "ClientCAStore", "RequestCAFile",
                                 "RequestCAPath", "RequestCAStore"};
  const bool is_level = strcasecmp(command.c_str(), "CipherString") == 0 &&
                        value.find("@SECLEVEL=") != std::string::npos;
  return is_level || std::any_of(kCommands.begin(), kCommands.end(), [&](const char* known) {
           return strcasecmp(command.c_str(), known) == 0;
         });
}

std::string overriding(const ConfCommands& commands) {
  std::string all;
  for (const auto& [command, value] : commands) {
    if (!overrides_trust(command, value)) continue;
    all.append(all.empty() ? "" : ", ").append(command).append(" ").append(value);
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
      refuses_all(view, upstream) ? ": without VerifyCAFile every handshake fails" : "";
  findings.push_back(about_upstream(view, FindingKind::kSslConfCommandOverrides, upstream,
                                    prefix_of(upstream) + "conf_command " + all + outcome));
}

void ssl_on(const ServerView& view, std::vector<Finding>& findings) {
  const auto* const ssl = view.server().setting("ssl");
  if (ssl == nullptr || ssl->provenance == config::Provenance::kDefault) return;
  findings.push_back(finding_for(view, FindingKind::kSslOnRemoved, "ssl " + ssl->value));
  findings.back().at = ssl->at;
}

void unsupported(const ServerView& view, const config::Setting<std::string>& setting,
                 const std::string& what, std::vector<Finding>& findings) {
  if (setting.provenance == config::Provenance::kDefault) return;
  findings.push_back(finding_for(view, FindingKind::kUnsupportedDirectiveValue, what));
  findings.back().at = setting.at;
}

// OpenSSL 1.1.0 removed SSLv2, and is built without SSLv3 unless one asks for it.
void old_protocols(const ServerView& view, const std::string& directive,
                   const config::Setting<std::string>& protocols, std::vector<Finding>& findings) {
  if (view.build.openssl < config::Version{1, 1, 0}) return;
  for (const char* protocol : {"SSLv2", "SSLv3"}) {
    if (protocols.value.find(protocol) == std::string::npos) continue;
    unsupported(view, protocols, directive + ": OpenSSL has no " + protocol, findings);
  }
}

// nginx hands the depth on as an int.
void depth_beyond_int(const ServerView& view, std::vector<Finding>& findings) {
  const auto* const depth = view.server().setting("ssl_verify_depth");
  const auto written = config::grammar::parse_number(depth == nullptr ? "" : depth->value);
  if (!written || *written <= std::numeric_limits<int>::max()) return;
  unsupported(view, *depth,
              "ssl_verify_depth " + depth->value + " becomes " +
                  std::to_string(view.server().verify_depth.value),
              findings);
}

void server_values(const ServerView& view, std::vector<Finding>& findings) {
  if (!view.server().has_context) return;
  if (const auto* protocols = view.server().setting("ssl_protocols")) {
    old_protocols(view, "ssl_protocols", *protocols, findings);
  }
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
