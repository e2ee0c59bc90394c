#include "config/tls/upstream.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "config/grammar/upstream_url.h"
#include "config/tls/conf_commands.h"
#include "config/tls/effective.h"

namespace mtls::config::tls {
namespace {

/// One of the modules that speak TLS to a backend.
struct Family {
  std::string_view pass;
  std::string_view prefix;  // of its TLS directives
  std::string_view secure;  // the scheme that means TLS; "" where a flag does
  std::string_view plain;
  std::string_view secure_port;  // without one in the URL; "" where nginx has no default
};

constexpr Family kProxy{"proxy_pass", "proxy_ssl_", "https://", "http://", "443"};
constexpr Family kGrpc{"grpc_pass", "grpc_ssl_", "grpcs://", "grpc://", ""};
constexpr Family kUwsgi{"uwsgi_pass", "uwsgi_ssl_", "suwsgi://", "uwsgi://", ""};
constexpr Family kStreamProxy{"proxy_pass", "proxy_ssl_", "", "", ""};

const Family& family_of(std::string_view pass, Module module) {
  if (module == Module::kStream) return kStreamProxy;
  if (pass == kGrpc.pass) return kGrpc;
  return pass == kUwsgi.pass ? kUwsgi : kProxy;
}

bool has_variable(std::string_view text) { return text.find('$') != std::string_view::npos; }

// R2.61. nullopt: nginx builds no TLS context for it.
std::optional<SpeaksTls> speaks_tls(const Family& family, std::string_view url) {
  if (grammar::starts_with_ignoring_case(url, family.secure)) return SpeaksTls::kYes;
  if (!has_variable(url)) return std::nullopt;
  const std::string_view known = url.substr(0, url.find('$'));
  const bool is_open = grammar::starts_with_ignoring_case(family.secure, known);
  return is_open ? SpeaksTls::kMaybe : SpeaksTls::kNo;
}

std::string_view without_scheme(const Family& family, std::string_view url) {
  for (const std::string_view scheme : {family.secure, family.plain}) {
    if (!scheme.empty() && grammar::starts_with_ignoring_case(url, scheme))
      return url.substr(scheme.size());
  }
  return url;
}

// R2.63; nullopt: a variable decides.
std::optional<std::string> checked_name(const Family& family, const UpstreamTlsContext& upstream) {
  const bool has_name = upstream.name.provenance != Provenance::kDefault;
  const std::string& source = has_name ? upstream.name.value : upstream.uri;
  if (has_variable(source)) return std::nullopt;
  if (has_name) return std::string(grammar::without_port(source));
  constexpr std::string_view kUnix = "unix:";
  std::string_view authority = grammar::authority_of(without_scheme(family, source));
  if (grammar::starts_with_ignoring_case(authority, kUnix)) authority.remove_prefix(kUnix.size());
  return std::string(grammar::without_port(authority));
}

// Whoever has the same text here has the same peers (ngx_http_upstream_add). nullopt: peers made
// for one request, which keep no sessions.
std::optional<std::string> peer_of(const Family& family, const UpstreamTlsContext& upstream) {
  if (has_variable(upstream.uri)) return std::nullopt;
  std::string peer(grammar::authority_of(without_scheme(family, upstream.uri)));
  if (grammar::without_port(peer).size() == peer.size())
    peer += ":" + std::string(family.secure_port);
  for (char& c : peer) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return (upstream.server.module == Module::kStream ? "stream " : "http ") + peer;
}

class Merger {
 public:
  explicit Merger(const UpstreamInput& input) : in_(input) {}

  /// nullopt: no TLS context.
  std::optional<UpstreamTlsContext> merge(const blocks::PassScope& scope) const;

 private:
  Levels levels_of(const blocks::PassScope& scope) const;
  void set_all(UpstreamTlsContext& upstream, const Family& family,
               const Effective& effective) const;

  const UpstreamInput& in_;
};

Levels Merger::levels_of(const blocks::PassScope& scope) const {
  Levels levels;
  for (const blocks::LocationScope* at = scope.location; at != nullptr; at = at->outer) {
    levels.push_back(&at->settings);
  }
  const blocks::ServerScope& server = in_.scopes.servers[scope.server];
  levels.push_back(&server.settings);
  levels.push_back(&in_.scopes.outers.at(server.outer));
  return levels;
}

void Merger::set_all(UpstreamTlsContext& upstream, const Family& family,
                     const Effective& effective) const {
  const auto named = [&](std::string_view suffix) {
    return std::string(family.prefix) + std::string(suffix);
  };
  const auto set_part = [&](Setting<std::optional<FileRef>>& setting, std::string_view suffix,
                            CertificatePart part) {
    effective.set(setting, named(suffix), [&](const auto& directives) {
      return in_.paths.upstream_side(directives.front()->args.at(0).text, part,
                                     upstream.server.module);
    });
  };
  effective.set_flag(upstream.verify, named("verify"));
  effective.set_number(upstream.verify_depth, named("verify_depth"));
  effective.set_file(upstream.trusted_certificate, named("trusted_certificate"));
  effective.set_file(upstream.crl, named("crl"));
  set_part(upstream.certificate, "certificate", CertificatePart::kCertificate);
  set_part(upstream.certificate_key, "certificate_key", CertificatePart::kKey);
  effective.set_file(upstream.password_file, named("password_file"));
  effective.set_text(upstream.name, named("name"));
  effective.set_flag(upstream.server_name, named("server_name"));
  effective.set_flag(upstream.session_reuse, named("session_reuse"));
  effective.set_text(upstream.ciphers, named("ciphers"));
  effective.set_commands(upstream.conf_commands, named("conf_command"));
  effective.set_protocols(upstream.protocols, named("protocols"), in_.build.version);
  upstream.overrides = overrides_of(upstream.conf_commands.value, in_.paths, false);
  // nginx asks for the result, whatever the mode.
  upstream.overrides.requests = upstream.overrides.requests || upstream.verify.value;
}

std::string location_text(const blocks::LocationScope* scope) {
  std::string text;
  if (scope == nullptr) return text;
  for (const syntax::Argument& argument : scope->location->args) {
    text += (text.empty() ? "" : " ") + argument.text;
  }
  return text;
}

std::optional<UpstreamTlsContext> Merger::merge(const blocks::PassScope& scope) const {
  UpstreamTlsContext upstream;
  upstream.server_index = scope.server;
  upstream.server = in_.servers[scope.server].id;
  upstream.location = location_text(scope.location);
  upstream.directive = scope.pass->name;
  upstream.at = scope.pass->at;
  upstream.pass = scope.pass;
  upstream.uri = scope.pass->args.at(0).text;

  const Family& family = family_of(scope.pass->name, upstream.server.module);
  const Effective effective(levels_of(scope), in_.paths, upstream.server.module);
  if (upstream.server.module == Module::kStream) {
    Setting<bool> on;
    effective.set_flag(on, "proxy_ssl");
    if (!on.value) return std::nullopt;
  } else {
    const auto speaks = speaks_tls(family, upstream.uri);
    if (!speaks) return std::nullopt;
    upstream.speaks_tls = *speaks;
  }
  set_all(upstream, family, effective);
  upstream.checked_name = checked_name(family, upstream);
  return upstream;
}

// What of a session another context has decided (R3.48).
auto trust_of(const UpstreamTlsContext& upstream) {
  const bool verifies = upstream.verify.value;
  const auto if_verified = [&](const auto& setting) {
    return verifies ? setting.value : decltype(setting.value){};
  };
  return std::tuple(verifies, if_verified(upstream.verify_depth),
                    if_verified(upstream.trusted_certificate), if_verified(upstream.crl),
                    upstream.certificate.value, upstream.certificate_key.value);
}

void find_shared_sessions(std::vector<UpstreamTlsContext>& upstreams) {
  std::map<std::string, std::size_t> first_with;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    UpstreamTlsContext& upstream = upstreams[i];
    if (!upstream.session_reuse.value) continue;
    const auto peer = peer_of(family_of(upstream.directive, upstream.server.module), upstream);
    if (!peer) continue;
    const auto [first, is_first] = first_with.try_emplace(*peer, i);
    if (!is_first && trust_of(upstreams[first->second]) != trust_of(upstream)) {
      upstream.shares_sessions_with = first->second;
    }
  }
}

}  // namespace

std::vector<UpstreamTlsContext> merge_upstreams(const UpstreamInput& input) {
  const Merger merger(input);
  std::vector<UpstreamTlsContext> upstreams;
  for (const blocks::PassScope& scope : input.scopes.passes) {
    if (auto upstream = merger.merge(scope)) upstreams.push_back(std::move(*upstream));
  }
  find_shared_sessions(upstreams);
  return upstreams;
}

}  // namespace mtls::config::tls
