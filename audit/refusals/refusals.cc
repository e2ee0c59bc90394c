#include "audit/refusals/refusals.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "audit/refusals/files.h"
#include "audit/refusals/tls_strength.h"
#include "audit/refusals/upstream_refusals.h"
#include "audit/trust/trust.h"
#include "base/text.h"
#include "config/conf_path.h"
#include "config/grammar/shape.h"
#include "config/tls/merge_check.h"

namespace mtls::audit::refusals {
namespace {

using config::TlsContext;
using config::tls::MergeStep;

constexpr config::Version kCiphersFirst{1, 21, 2};  // ciphers are set before certificates load

std::string setting_of(const TlsContext& server, std::string_view directive) {
  const config::Setting<std::string>* setting = server.setting(directive);
  return setting == nullptr ? "" : setting->value;
}

bool is_variable(const config::FileRef& file) {
  const auto* runtime = std::get_if<config::RuntimePath>(&file);
  return runtime != nullptr && runtime->text.find('$') != std::string::npos;
}

// One variable among the pairs, and nginx loads all of them at handshake time
// (ngx_http_ssl_compile_certificates).
bool loads_at_handshake(const TlsContext& server) {
  const auto& certificates = server.certificates.value;
  const auto& keys = server.certificate_keys.value;
  const auto used =
      keys.begin() + static_cast<std::ptrdiff_t>(std::min(certificates.size(), keys.size()));
  return std::any_of(certificates.begin(), certificates.end(), is_variable) ||
         std::any_of(keys.begin(), used, is_variable);
}

// Several absolute paths as one setting (config/tls_context.h).
std::vector<std::string> split_paths(std::string_view text) {
  constexpr std::string_view kBetween = ", /";
  std::vector<std::string> paths;
  while (!text.empty()) {
    const std::size_t end = text.find(kBetween);
    paths.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return paths;
}

// What comes behind a complaint about the text itself was never reached by nginx.
std::optional<config::syntax::Moment> end_of_reading(const ConfigView& config) {
  for (const NginxError& error : config.errors) {
    if (error.when.module == 0) return error.when;
  }
  return std::nullopt;
}

/// Collects them server by server; nginx stops at the first, we tell all that stand alone.
class Finder {
 public:
  explicit Finder(const RefusalScene& scene) : scene_(scene) {}

  std::vector<NginxError> find() && {
    const auto& resolved = scene_.snapshot.config->resolved;
    for (std::size_t i = 0; i < resolved.servers.size(); ++i) server(i);
    for (UpstreamRefusal& refusal : upstream_refusals(scene_)) {
      add(std::move(refusal.message), refusal.when);
    }
    password_files(document().main, config::vocabulary::Context::kMain);
    std::stable_sort(found_.begin(), found_.end(),
                     [](const NginxError& a, const NginxError& b) { return a.when < b.when; });
    return std::move(found_);
  }

 private:
  const config::syntax::Document& document() const { return *scene_.snapshot.config->document; }

  // The same words a second time say nothing new: ten thousand servers share one bundle.
  void add(Refusal refusal, config::syntax::Moment when,
           std::optional<base::SourceLocation> at = {}) {
    if (!refusal || !said_.insert(*refusal).second) return;
    NginxError error{
        .message = base::sanitize(*refusal, base::kMaxPathBytes), .file = {}, .when = when};
    if (at) {
      error.file = base::sanitize(document().path_of(at->file), base::kMaxPathBytes);
      error.line = at->line;
      error.column = at->column;
    }
    found_.push_back(std::move(error));
  }

  void server(std::size_t index);
  void identities(const TlsContext& server, config::syntax::Moment when);
  void trust(const TlsContext& server, std::size_t index);
  void values(const TlsContext& server, std::size_t index);
  void password_files(const std::vector<config::syntax::Directive>& directives,
                      config::vocabulary::Context context);

  config::syntax::Moment at(std::size_t index, MergeStep step) const {
    return config::tls::at_merge(*block_, index, step);
  }

  const RefusalScene& scene_;
  const config::syntax::Directive* block_ =
      nullptr;  // the http, stream or mail block of the server
  std::set<std::string> said_;
  std::vector<NginxError> found_;
};

void Finder::server(std::size_t index) {
  const TlsContext& server = scene_.snapshot.config->resolved.servers[index];
  block_ = config::tls::block_of(document(), server.id.module);
  if (!server.has_context || block_ == nullptr) return;
  const bool ciphers_first = scene_.policy.build.version >= kCiphersFirst;
  add(scene_.trials.ciphers(server.ciphers.value),
      at(index, ciphers_first ? MergeStep::kCiphers : MergeStep::kLateCiphers));
  identities(server, at(index, MergeStep::kCertificate));
  trust(server, index);
  values(server, index);
}

// ngx_ssl_certificates(). Fewer keys than certificates is told by config/tls/merge_check.h.
void Finder::identities(const TlsContext& server, config::syntax::Moment when) {
  static const std::string kLibraryDefault;  // before 1.21.2 no cipher string was set yet
  const auto& certificates = server.certificates.value;
  const auto& keys = server.certificate_keys.value;
  if (keys.size() < certificates.size() || loads_at_handshake(server)) return;
  const std::string password_file = setting_of(server, "ssl_password_file");
  const bool ciphers_first = scene_.policy.build.version >= kCiphersFirst;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const Identity identity{.certificate = certificates[i],
                            .key = keys[i],
                            .ciphers = ciphers_first ? server.ciphers.value : kLibraryDefault,
                            .password_file = password_file.empty() ? nullptr : &password_file};
    add(identity_refusal(scene_, identity), when);
  }
}

void Finder::trust(const TlsContext& server, std::size_t index) {
  const trust::TrustPaths paths = trust::trust_paths(server, scene_.policy.build);
  const auto load = [&](const std::string* path, TrustUse use, MergeStep step) {
    if (path != nullptr) add(trust_file_refusal(scene_, *path, use), at(index, step));
  };
  load(paths.client, TrustUse::kClient, MergeStep::kClientCertificate);
  load(paths.trusted, TrustUse::kTrusted, MergeStep::kTrustedCertificate);
  load(paths.crl, TrustUse::kCrl, MergeStep::kCrl);
}

void Finder::values(const TlsContext& server, std::size_t index) {
  const std::string dhparam = setting_of(server, "ssl_dhparam");
  if (!dhparam.empty()) {
    add(dhparam_refusal(scene_, dhparam, server.ciphers.value), at(index, MergeStep::kDhparam));
  }
  const config::Setting<std::string>* curve = server.setting("ssl_ecdh_curve");
  if (curve != nullptr && curve->at) {
    add(scene_.trials.curves(curve->value), at(index, MergeStep::kEcdhCurve));
  }
  for (const std::string& path : split_paths(setting_of(server, "ssl_session_ticket_key"))) {
    add(ticket_key_refusal(scene_, path), at(index, MergeStep::kSessionTicketKey), block_->close);
  }
  const std::string staple = setting_of(server, "ssl_stapling_file");
  const bool staples = setting_of(server, "ssl_stapling") == "on" && !loads_at_handshake(server);
  if (staples && !staple.empty() && !server.certificates.value.empty()) {
    add(stapling_file_refusal(scene_, staple), at(index, MergeStep::kStapling));
  }
  for (const auto& [name, value] : server.conf_commands.value) {
    add(command_refusal(scene_, name, value), at(index, MergeStep::kConfCommand));
  }
}

// ssl_password_file and its kin are read where they stand, used or not.
void Finder::password_files(const std::vector<config::syntax::Directive>& directives,
                            config::vocabulary::Context context) {
  if (context == config::vocabulary::Context::kData ||
      context == config::vocabulary::Context::kOpaque)
    return;
  for (const config::syntax::Directive& directive : directives) {
    if (directive.block) {
      password_files(*directive.block, config::grammar::context_inside(directive, context));
    } else if (directive.name.ends_with("ssl_password_file") && directive.args.size() == 1) {
      const std::string path =
          config::full_path(directive.args.front().text, scene_.policy.nginx_conf);
      add(password_file_refusal(scene_, path), {.order = directive.order}, directive.end);
    }
  }
}

}  // namespace

Refusals find_refusals(const BuildInputs& inputs, const Plan& plan, const Snapshot& snapshot) {
  SideFiles files(inputs, plan);
  SslTrials trials(inputs.policy, files);
  const MaterialView material(snapshot.material);
  const RefusalScene scene{.snapshot = snapshot,
                           .material = material,
                           .policy = inputs.policy,
                           .files = files,
                           .trials = trials};
  Refusals found;
  // The last good configuration is not the one nginx would read now.
  const bool is_last_good = !snapshot.config->parsed() && snapshot.config->last_success;
  if (!is_last_good) {
    found.errors = Finder(scene).find();
    if (const auto end = end_of_reading(*snapshot.config)) {
      std::erase_if(found.errors, [&](const NginxError& error) { return error.when > *end; });
    }
  }
  found.strength = tls_strength(scene);
  found.side_files = files.take();
  return found;
}

}  // namespace mtls::audit::refusals
