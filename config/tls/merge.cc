#include "config/tls/merge.h"

#include <algorithm>
#include <utility>

#include "config/grammar/values.h"
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
  void set_certificates(Setting<std::vector<FileRef>>& setting, std::string_view name,
                        CertificatePart part) const;
  void set_material(TlsContext& context) const;
  std::vector<NamedSetting> settings() const;
  std::vector<std::string> server_names() const;
  ContextId id() const;
  bool has_context(const TlsContext& context) const;
  bool speaks_tls_itself() const;

  const MergeInput& in_;
  Effective effective_;
};

void Merger::set_certificates(Setting<std::vector<FileRef>>& setting, std::string_view name,
                              CertificatePart part) const {
  effective_.set(setting, name, [&](const auto& directives) {
    std::vector<FileRef> files;
    for (const syntax::Directive* directive : directives) {
      files.push_back(in_.paths.server_side(directive->args.at(0).text, part, in_.scope.module));
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
}

std::vector<NamedSetting> Merger::settings() const {
  std::vector<NamedSetting> all;
  for (const grammar::DirectiveRule& rule : grammar::directive_table()) {
    if (!is_server_setting(rule, in_.scope.module, in_.build.version)) continue;
    all.push_back(
        {.directive = rule.name, .effective = effective_.as_text(rule, in_.build.version)});
  }
  return all;
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
// (ngx_http_core_merge_srv_conf). Stream and mail log the address.
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
  const Setting<std::string>* starttls = context.setting("starttls");
  const bool upgrades = starttls != nullptr && starttls->value != "off";
  return has_material &&
         (speaks_tls_itself() || upgrades || ssl_on(in_.scope, in_.outer) != nullptr);
}

TlsContext Merger::context() const {
  TlsContext context;
  context.id = id();
  context.at = in_.scope.server->at;
  context.server_names = server_names();
  context.listens = in_.scope.listens;
  context.settings = settings();
  effective_.set(context.verify_client, "ssl_verify_client", [](const auto& directives) {
    return grammar::verify_client_value(*directives.front());
  });
  effective_.set_number(context.verify_depth, "ssl_verify_depth");
  effective_.set_flag(context.reject_handshake, "ssl_reject_handshake");
  effective_.set_text(context.ciphers, "ssl_ciphers");
  effective_.set_commands(context.conf_commands, "ssl_conf_command");
  set_material(context);
  context.has_context = has_context(context);
  return context;
}

}  // namespace

TlsContext merge(const MergeInput& input) { return Merger(input).context(); }

const syntax::Directive* ssl_on(const blocks::ServerScope& scope, const blocks::Settings& outer) {
  const EffectiveDirectives found = find_effective({&scope.settings, &outer}, "ssl");
  if (found.directives == nullptr || !grammar::flag_value(*found.directives->front()))
    return nullptr;
  return found.directives->front();
}

}  // namespace mtls::config::tls
