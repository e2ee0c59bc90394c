#include "config/tls/merge.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/grammar/measures.h"
#include "config/grammar/values.h"
#include "config/tls/conf_commands.h"
#include "config/tls/effective.h"

namespace mtls::config::tls {
namespace {

Effective effective_in(const MergeInput& input) {
  return {{&input.scope.settings, &input.outer}, input.paths, input.scope.module};
}

// The rows that dump and check print: those of TLS on the server side.
bool is_server_setting(const grammar::DirectiveRule& rule, Module module, Version version) {
  const bool is_tls =
      rule.name == "ssl" || rule.name == "starttls" || rule.name.starts_with("ssl_");
  const vocabulary::Context here = module == Module::kHttp     ? vocabulary::Context::kHttpServer
                                   : module == Module::kStream ? vocabulary::Context::kStreamServer
                                                               : vocabulary::Context::kMailServer;
  return is_tls && grammar::exists_in(rule, version) && grammar::is_allowed(rule, here, version);
}

class Merger {
 public:
  explicit Merger(const MergeInput& input) : in_(input), effective_(effective_in(input)) {}

  TlsContext context() const;

 private:
  void set_certificates(Setting<std::vector<NamedFile>>& setting, std::string_view name,
                        CertificatePart part) const;
  void set_files(Setting<std::vector<NamedFile>>& setting, std::string_view name) const;
  void set_material(TlsContext& context) const;
  void set_clients(TlsContext& context) const;
  void set_sessions(TlsContext& context) const;
  void set_stapling(TlsContext& context) const;
  NamedSettings settings() const;
  std::vector<std::string> server_names() const;
  ContextId id() const;
  bool has_context(const TlsContext& context) const;
  bool speaks_tls_itself() const;

  const MergeInput& in_;
  Effective effective_;
};

void Merger::set_certificates(Setting<std::vector<NamedFile>>& setting, std::string_view name,
                              CertificatePart part) const {
  effective_.set(setting, name, [&](const auto& directives) {
    std::vector<NamedFile> files;
    for (const syntax::Directive* directive : directives) {
      files.push_back(
          {in_.paths.server_side(directive->args.at(0).text, part, in_.scope.module), directive});
    }
    return files;
  });
}

void Merger::set_material(TlsContext& context) const {
  effective_.set_file(context.client_certificate, "ssl_client_certificate");
  effective_.set_file(context.trusted_certificate, "ssl_trusted_certificate");
  effective_.set_file(context.crl, "ssl_crl");
  set_certificates(context.certificates, "ssl_certificate", CertificatePart::kCertificate);
  set_certificates(context.certificate_keys, "ssl_certificate_key", CertificatePart::kKey);
  effective_.set_file(context.password_file, "ssl_password_file");
  effective_.set_file(context.dhparam, "ssl_dhparam");
  set_files(context.ech_files, "ssl_ech_file");
}

void Merger::set_clients(TlsContext& context) const {
  effective_.set(context.verify_client, "ssl_verify_client", [](const auto& directives) {
    return grammar::verify_client_value(*directives.front());
  });
  effective_.set_number(context.verify_depth, "ssl_verify_depth");
  effective_.set(context.ocsp, "ssl_ocsp", [](const auto& directives) {
    const std::string word = base::ascii_lower(directives.front()->args.at(0).text);
    return word == "on" ? Ocsp::kOn : word == "leaf" ? Ocsp::kLeaf : Ocsp::kOff;
  });
  effective_.set_text(context.ocsp_responder, "ssl_ocsp_responder");
}

void Merger::set_sessions(TlsContext& context) const {
  const auto seconds = [](std::string_view text) {
    return std::chrono::seconds{grammar::parse_time(text, grammar::TimeUnit::kSeconds).value_or(0)};
  };
  effective_.set_session_cache(context.session_cache);
  context.session_timeout.value = seconds(grammar::find_rule("ssl_session_timeout")->by_default);
  effective_.set(context.session_timeout, "ssl_session_timeout", [&](const auto& directives) {
    return seconds(directives.front()->args.at(0).text);
  });
  effective_.set_flag(context.session_tickets, "ssl_session_tickets");
  set_files(context.session_ticket_keys, "ssl_session_ticket_key");
}

// Those of `""` name nothing.
void Merger::set_files(Setting<std::vector<NamedFile>>& setting, std::string_view name) const {
  effective_.set(setting, name, [&](const auto& directives) {
    std::vector<NamedFile> files;
    for (const syntax::Directive* directive : directives) {
      const std::string& text = directive->args.at(0).text;
      if (!text.empty()) files.push_back({in_.paths.file(text), directive});
    }
    return files;
  });
}

void Merger::set_stapling(TlsContext& context) const {
  effective_.set_flag(context.stapling, "ssl_stapling");
  effective_.set_file(context.stapling_file, "ssl_stapling_file");
  effective_.set_flag(context.certificate_compression, "ssl_certificate_compression");
}

NamedSettings Merger::settings() const {
  NamedSettings::Rows own;
  for (const auto& [name, directives] : in_.scope.settings) {
    const auto known = std::ranges::lower_bound(*in_.inherited, name, {}, &NamedSetting::directive);
    if (directives.empty() || known == in_.inherited->end() || known->directive != name) continue;
    own.push_back({.directive = known->directive,
                   .effective = effective_.as_text(*grammar::find_rule(name), in_.build.version)});
  }
  return {in_.inherited, std::move(own)};
}

std::vector<std::string> Merger::server_names() const {
  std::vector<std::string> names;
  const auto found = in_.scope.settings.find("server_name");
  if (found == in_.scope.settings.end()) return names;
  for (const syntax::Directive* directive : found->second) {
    for (const syntax::Argument& argument : directive->args) {
      names.push_back(grammar::stored_server_name(argument.text, in_.build.hostname));
    }
  }
  return names;
}

// The first name as the error log has it, without the dot of `.example.com`
// (ngx_http_core_merge_srv_conf). Stream and mail log the address; name_by_sni() in
// config/resolve.cc names the servers of stream that share one.
ContextId Merger::id() const {
  const auto& listens = in_.scope.listens;
  const std::string listen = listens.empty() ? "" : listens.front().canonical();
  if (in_.scope.module != Module::kHttp) return {in_.scope.module, listen, listen};
  const auto names = server_names();
  std::string first = names.empty() ? "" : names.front();
  if (first.starts_with('.')) first.erase(0, 1);
  return {in_.scope.module, std::move(first), listen};
}

bool Merger::speaks_tls_itself() const {
  const auto& listens = in_.scope.listens;
  return std::any_of(listens.begin(), listens.end(),
                     [](const Listen& listen) { return listen.ssl; });
}

// R2.17; R2.18 for stream before 1.25.5 and mail.
bool Merger::has_context(const TlsContext& context) const {
  const bool has_material = !context.certificates.value.empty() || context.reject_handshake.value;
  switch (in_.scope.module) {
    case Module::kHttp: return has_material;
    case Module::kStream:
      return has_material && (in_.build.version >= Version{1, 25, 5} || speaks_tls_itself());
    case Module::kMail: break;
  }
  return has_material && (speaks_tls_itself() || has_starttls(in_.scope, in_.outer) ||
                          ssl_on(in_.scope, in_.outer) != nullptr);
}

TlsContext Merger::context() const {
  TlsContext context;
  context.id = id();
  context.at = in_.scope.server->at;
  context.directive = in_.scope.server;
  context.server_names = server_names();
  context.listens = in_.scope.listens;
  context.settings = settings();
  set_clients(context);
  set_material(context);
  set_sessions(context);
  set_stapling(context);
  effective_.set_flag(context.ssl, "ssl");
  effective_.set(context.starttls, "starttls", [](const auto& directives) {
    const std::string word = base::ascii_lower(directives.front()->args.at(0).text);
    return word == "on" ? Starttls::kOn : word == "only" ? Starttls::kOnly : Starttls::kOff;
  });
  effective_.set_flag(context.reject_handshake, "ssl_reject_handshake");
  effective_.set_protocols(context.protocols, "ssl_protocols", in_.build.version);
  effective_.set_text(context.ciphers, "ssl_ciphers");
  effective_.set_text(context.ecdh_curve, "ssl_ecdh_curve");
  effective_.set_commands(context.conf_commands, "ssl_conf_command");
  context.overrides = overrides_of(context.conf_commands.value, in_.paths,
                                   context.verify_client.value != VerifyClient::kOff);
  context.has_context = has_context(context);
  return context;
}

}  // namespace

std::shared_ptr<const NamedSettings::Rows> inherited_settings(Module module,
                                                              const blocks::Settings& outer,
                                                              const RuntimePaths& paths,
                                                              Version version) {
  static const blocks::Settings kNothing;
  const Effective effective({&kNothing, &outer}, paths, module);
  NamedSettings::Rows all;
  for (const grammar::DirectiveRule& rule : grammar::directive_table()) {
    if (!is_server_setting(rule, module, version)) continue;
    all.push_back({.directive = rule.name, .effective = effective.as_text(rule, version)});
  }
  return std::make_shared<const NamedSettings::Rows>(std::move(all));
}

TlsContext merge(const MergeInput& input) { return Merger(input).context(); }

const syntax::Directive* ssl_on(const blocks::ServerScope& scope, const blocks::Settings& outer) {
  const EffectiveDirectives found = find_effective({&scope.settings, &outer}, "ssl");
  if (found.directives == nullptr || !grammar::flag_value(*found.directives->front()))
    return nullptr;
  return found.directives->front();
}

bool has_starttls(const blocks::ServerScope& scope, const blocks::Settings& outer) {
  const EffectiveDirectives found = find_effective({&scope.settings, &outer}, "starttls");
  return found.directives != nullptr &&
         base::ascii_lower(found.directives->front()->args.at(0).text) != "off";
}

}  // namespace mtls::config::tls
