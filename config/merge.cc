#include "config/merge.h"

#include <algorithm>
#include <utility>

#include "config/guards.h"
#include "config/include.h"
#include "config/values.h"

namespace mtls::config {
namespace {

struct Found {
  const std::vector<const Directive*>* directives = nullptr;
  Provenance provenance = Provenance::kDefault;
};

// R2.10: what the server sets replaces what stands around it, arrays included.
Found effective(const Settings& local, const Settings& outer, std::string_view name) {
  const auto own = local.find(name);
  if (own != local.end() && !own->second.empty()) return {&own->second, Provenance::kLocal};
  const auto inherited = outer.find(name);
  if (inherited == outer.end() || inherited->second.empty()) return {};
  return {&inherited->second, Provenance::kInherited};
}

class Merger {
 public:
  explicit Merger(const MergeInput& input) : in_(input) {}

  TlsContext context() const;

 private:
  // `read` turns the directives into the value.
  template <class T, class Read>
  void set(Setting<T>& setting, std::string_view name, Read read) const {
    const Found found = effective(in_.scope.settings, in_.outer, name);
    if (found.directives == nullptr) return;
    setting = {read(*found.directives), found.provenance, found.directives->front()->at};
  }
  void set_file(Setting<std::optional<FileRef>>& setting, std::string_view name) const;
  void set_files(Setting<std::vector<FileRef>>& setting, std::string_view name) const;
  FileRef file_ref(const std::string& text, bool is_key) const;
  std::vector<std::string> server_names() const;
  ContextId id() const;
  bool has_context(const TlsContext& context) const;
  bool speaks_tls_itself() const;

  const MergeInput& in_;
};

// R2.A: `$` since 1.15.9 and not in mail, `data:` since 1.15.10, `engine:` and `store:` (1.29.0)
// for keys.
FileRef Merger::file_ref(const std::string& text, bool is_key) const {
  const Version version = in_.build.version;
  const bool is_runtime = (text.find('$') != std::string::npos && version >= Version{1, 15, 9} &&
                           in_.scope.module != Module::kMail) ||
                          (text.starts_with("data:") && version >= Version{1, 15, 10}) ||
                          (is_key && text.starts_with("engine:")) ||
                          (is_key && text.starts_with("store:") && version >= Version{1, 29, 0});
  if (is_runtime) return RuntimePath{text};
  return StaticPath{full_path(text, in_.main_path)};
}

// R2.12: "" cancels what would be inherited. No variables here (R2.A).
void Merger::set_file(Setting<std::optional<FileRef>>& setting, std::string_view name) const {
  set(setting, name, [&](const auto& directives) -> std::optional<FileRef> {
    const std::string& text = directives.front()->args.at(0).text;
    if (text.empty()) return std::nullopt;
    return StaticPath{full_path(text, in_.main_path)};
  });
}

void Merger::set_files(Setting<std::vector<FileRef>>& setting, std::string_view name) const {
  set(setting, name, [&](const auto& directives) {
    std::vector<FileRef> files;
    for (const Directive* directive : directives) {
      files.push_back(file_ref(directive->args.at(0).text, name == "ssl_certificate_key"));
    }
    return files;
  });
}

std::vector<std::string> Merger::server_names() const {
  std::vector<std::string> names;
  const auto found = in_.scope.settings.find("server_name");
  if (found == in_.scope.settings.end()) return names;
  for (const Directive* directive : found->second) {
    for (const Argument& argument : directive->args) {
      names.push_back(stored_server_name(argument.text));
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
  const Found starttls = effective(in_.scope.settings, in_.outer, "starttls");
  const bool upgrades =
      starttls.directives != nullptr && starttls.directives->front()->args.at(0).text != "off";
  return has_material &&
         (speaks_tls_itself() || upgrades || ssl_on(in_.scope, in_.outer) != nullptr);
}

TlsContext Merger::context() const {
  TlsContext context;
  context.id = id();
  context.at = in_.scope.server->at;
  context.server_names = server_names();
  context.listens = in_.scope.listens;
  const auto first = [](auto read) {
    return [read](const auto& directives) { return read(*directives.front()); };
  };
  set(context.verify_client, "ssl_verify_client", first(verify_client_value));
  set(context.verify_depth, "ssl_verify_depth", first(number_value));
  set(context.reject_handshake, "ssl_reject_handshake", first(flag_value));
  set(context.ciphers, "ssl_ciphers",
      first([](const Directive& directive) { return directive.args.at(0).text; }));
  set_file(context.client_certificate, "ssl_client_certificate");
  set_file(context.trusted_certificate, "ssl_trusted_certificate");
  set_file(context.crl, "ssl_crl");
  set_files(context.certificates, "ssl_certificate");
  set_files(context.certificate_keys, "ssl_certificate_key");
  set(context.conf_commands, "ssl_conf_command", [](const auto& directives) {
    std::vector<std::pair<std::string, std::string>> commands;
    for (const Directive* directive : directives) {
      commands.emplace_back(directive->args.at(0).text, directive->args.at(1).text);
    }
    return commands;
  });
  context.has_context = has_context(context);
  if (in_.scope.module == Module::kHttp) {
    context.guard = guard_of(*in_.scope.outer, *in_.scope.server);
  }
  return context;
}

}  // namespace

TlsContext merge(const MergeInput& input) { return Merger(input).context(); }

const Directive* ssl_on(const ServerScope& scope, const Settings& outer) {
  const Found found = effective(scope.settings, outer, "ssl");
  if (found.directives == nullptr || !flag_value(*found.directives->front())) return nullptr;
  return found.directives->front();
}

}  // namespace mtls::config
