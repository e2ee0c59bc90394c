#include "audit/refusals/refusals.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "audit/refusals/files.h"
#include "audit/refusals/tls_strength.h"
#include "audit/refusals/upstream_refusals.h"
#include "audit/trust/trust.h"
#include "base/text.h"
#include "config/conf_path.h"
#include "config/grammar/shape.h"
#include "config/references.h"
#include "config/tls/merge_check.h"

namespace mtls::audit::refusals {
namespace {

using config::TlsContext;
using config::tls::MergeStep;

constexpr config::Version kCiphersFirst{1, 21, 2};  // sets ciphers before it loads certificates

bool is_variable(const config::NamedFile& named) {
  const auto* runtime = std::get_if<config::RuntimePath>(&named.file);
  return runtime != nullptr && runtime->text.find('$') != std::string::npos;
}

// If one pair contains a variable, nginx loads all of them during the handshake
// (ngx_http_ssl_compile_certificates).
bool loads_at_handshake(const TlsContext& server) {
  const auto& certificates = server.certificates.value;
  const auto& keys = server.certificate_keys.value;
  const auto used =
      keys.begin() + static_cast<std::ptrdiff_t>(std::min(certificates.size(), keys.size()));
  return std::any_of(certificates.begin(), certificates.end(), is_variable) ||
         std::any_of(keys.begin(), used, is_variable);
}

// ngx_ssl_stapling_file() is called only for certificates that are already loaded.
bool staples(const TlsContext& server) {
  return server.stapling.value && !loads_at_handshake(server) && !server.certificates.value.empty();
}

// nginx stops at an error in the text itself and never reaches what follows.
std::optional<config::syntax::Moment> end_of_reading(const ConfigView& config) {
  for (const NginxError& error : config.errors) {
    if (error.when.module == 0) return error.when;
  }
  return std::nullopt;
}

/// Collects what one server block, or what is outside of them, adds. nginx stops at the first
/// refusal; we report all that are independent of each other.
class Finder {
 public:
  explicit Finder(const RefusalScene& scene) : scene_(scene) {}

  void server(std::size_t index);
  TlsStrength strength() { return tls_strength(scene_); }
  void rest() {
    for (UpstreamRefusal& refusal : upstream_refusals(scene_)) {
      const auto at = refusal.reason.at;
      add(std::move(refusal.reason), {.when = refusal.when, .at = at});
    }
    password_files(document().main, config::vocabulary::Context::kMain);
    modules();
  }

  std::shared_ptr<const ServerRefusals> take() && {
    SideFiles::Looks looks = scene_.files.take_looks();
    return std::make_shared<const ServerRefusals>(
        ServerRefusals{.said = std::move(said_),
                       .used = scene_.material.used(),
                       .side_files = std::move(looks.seen),
                       .is_whole = looks.is_whole});
  }

 private:
  struct Circumstances {
    config::syntax::Moment when;
    std::optional<base::SourceLocation> at;          // the directive
    std::optional<base::SourceLocation> named = {};  // the place in nginx's message
  };

  const config::syntax::Document& document() const { return *scene_.snapshot.config->document; }

  void add(Refusal refusal, const Circumstances& how);
  void identities(const TlsContext& server, config::syntax::Moment when);
  void file(const TlsContext& server, std::size_t index, const config::FileReference& reference);
  void values(const TlsContext& server, std::size_t index);
  void password_files(const std::vector<config::syntax::Directive>& directives,
                      config::vocabulary::Context context);
  void modules();

  config::syntax::Moment at(std::size_t index, MergeStep step) const {
    return config::tls::at_merge(*block_, index, step);
  }

  const RefusalScene scene_;
  const config::syntax::Directive* block_ =
      nullptr;  // the http, stream or mail block of the server
  std::vector<ServerRefusals::Said> said_;
};

void Finder::add(Refusal refusal, const Circumstances& how) {
  if (!refusal) return;
  NginxError error{.message = base::sanitize(refusal->message, base::kMaxPathBytes),
                   .file = {},
                   .when = how.when,
                   .cause = refusal->cause,
                   .path = std::move(refusal->path),
                   .at = refusal->at ? refusal->at : how.at};
  if (how.named) {
    error.file = base::sanitize(document().path_of(how.named->file), base::kMaxPathBytes);
    error.line = how.named->line;
    error.column = how.named->column;
  }
  said_.push_back({.message = std::move(refusal->message), .error = std::move(error)});
}

void Finder::server(std::size_t index) {
  const TlsContext& server = scene_.snapshot.config->resolved.servers[index];
  block_ = config::tls::block_of(document(), server.id.module);
  if (!server.has_context || block_ == nullptr) return;
  const bool ciphers_first = scene_.policy.build.version >= kCiphersFirst;
  add(scene_.trials.ciphers(server.ciphers.value),
      {.when = at(index, ciphers_first ? MergeStep::kCiphers : MergeStep::kLateCiphers),
       .at = server.ciphers.at});
  identities(server, at(index, MergeStep::kCertificate));
  for_each_reference(server, [&](const config::FileReference& reference) {
    if (static_path(reference.file) != nullptr) file(server, index, reference);
  });
  values(server, index);
}

// ngx_ssl_certificates(). config/tls/merge_check.h reports a certificate without a key.
void Finder::identities(const TlsContext& server, config::syntax::Moment when) {
  static const std::string kLibraryDefault;  // before 1.21.2 no cipher string was set yet
  const auto& certificates = server.certificates.value;
  const auto& keys = server.certificate_keys.value;
  if (keys.size() < certificates.size() || loads_at_handshake(server)) return;
  const bool ciphers_first = scene_.policy.build.version >= kCiphersFirst;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const Identity identity{.certificate = certificates[i].file,
                            .key = keys[i].file,
                            .ciphers = ciphers_first ? server.ciphers.value : kLibraryDefault,
                            .password_file = static_path(server.password_file.value),
                            .certificate_at = certificates[i].directive->at,
                            .key_at = keys[i].directive->at};
    add(identity_refusal(scene_, identity), {.when = when, .at = {}});
  }
}

// One file that nginx opens while it merges the server block. Certificates, keys and the files of
// commands are judged elsewhere.
void Finder::file(const TlsContext& server, std::size_t index,
                  const config::FileReference& reference) {
  using config::FileRole;
  const std::string& path = *static_path(reference.file);
  const trust::TrustPaths loaded = trust::trust_paths(server, scene_.policy.build);
  const auto load = [&](const Refusal& refusal, MergeStep step) {
    add(refusal, {.when = at(index, step), .at = reference.directive->at});
  };
  const auto load_trust = [&](const std::string* opened, TrustUse use, MergeStep step) {
    if (opened != nullptr) load(trust_file_refusal(scene_, path, use), step);
  };
  switch (reference.role) {
    case FileRole::kClientCa:
      return load_trust(loaded.client, TrustUse::kClient, MergeStep::kClientCertificate);
    case FileRole::kTrustedCa:
      return load_trust(loaded.trusted, TrustUse::kTrusted, MergeStep::kTrustedCertificate);
    case FileRole::kCrl: return load_trust(loaded.crl, TrustUse::kCrl, MergeStep::kCrl);
    case FileRole::kDhparam:
      return load(dhparam_refusal(scene_, path, server.ciphers.value), MergeStep::kDhparam);
    case FileRole::kTicketKey:
      return add(ticket_key_refusal(scene_, path), {.when = at(index, MergeStep::kSessionTicketKey),
                                                    .at = reference.directive->at,
                                                    .named = block_->close});
    case FileRole::kStaplingFile:
      if (!staples(server)) return;
      return load(stapling_file_refusal(scene_, path), MergeStep::kStapling);
    default: return;
  }
}

void Finder::values(const TlsContext& server, std::size_t index) {
  if (server.ecdh_curve.at) {
    add(scene_.trials.curves(server.ecdh_curve.value),
        {.when = at(index, MergeStep::kEcdhCurve), .at = server.ecdh_curve.at});
  }
  for (const config::ConfCommand& command : server.conf_commands.value) {
    add(command_refusal(scene_, command),
        {.when = at(index, MergeStep::kConfCommand), .at = command.directive->at});
  }
}

// nginx reads every *ssl_password_file as soon as it parses it, whether it is used or not.
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
      add(password_file_refusal(scene_, path),
          {.when = {.order = directive.order}, .at = directive.at, .named = directive.end});
    }
  }
}

// Where files may be missing, or nginx itself is, as in a dump or a checkout, nobody asks for those
// of the program.
void Finder::modules() {
  const bool has_program = scene_.policy.build.version_source == config::VersionSource::kBinary;
  if (!has_program || scene_.policy.missing_files == MissingFiles::kWarning) return;
  const std::string& prefix = scene_.policy.build.prefix;
  for (const config::syntax::Directive& directive : document().main) {
    if (directive.name != "load_module" || directive.args.size() != 1) continue;
    const std::string& name = directive.args.front().text;
    std::string path = name.starts_with('/') ? "" : prefix + "/";
    path += name;
    add(module_refusal(scene_, path),
        {.when = {.order = directive.order}, .at = directive.at, .named = directive.end});
  }
}

/// What stands of the evaluation before: where the question is the same one, and every file that
/// the answer came from is the same object or was not reported to differ.
class Standing {
 public:
  /// `kept` outlives this.
  Standing(const BuildInputs& inputs, const Plan& plan,
           const config::compare::StandingServers& kept, const Snapshot& snapshot)
      : kept_(kept) {
    const Snapshot* previous = inputs.previous.get();
    if (previous == nullptr || plan.reload_all || !kept.is_known() ||
        previous->policy != snapshot.policy) {
      return;
    }
    previous_ = previous;
    same_config_ = previous->config == snapshot.config;
    gone_ = gone_files(previous->material, snapshot.material);
    for (const std::string& path : inputs.changes.paths)
      if (previous->side_files->contains(path)) looked_at_.push_back(path);
  }

  /// nullptr: it does not stand.
  std::shared_ptr<const ServerRefusals> at(std::size_t index) const {
    if (previous_ == nullptr) return nullptr;
    const auto& known = previous_->refusals_by_server.at(index);
    if (!known || !known->is_whole || !is_asked_the_same(index, *known)) return nullptr;
    const bool differs =
        std::ranges::any_of(looked_at_,
                            [&](const auto& path) { return known->side_files.contains(path); }) ||
        (!gone_.empty() && std::ranges::any_of(known->used, [&](const auto& file) {
          return gone_.contains(file.get());
        }));
    return differs ? nullptr : known;
  }

  const Snapshot* previous() const { return previous_; }

 private:
  // What was said has a place in the order of all directives, which an edit can shift.
  bool is_asked_the_same(std::size_t index, const ServerRefusals& known) const {
    return same_config_ || (index < kept_.equal.size() && kept_.equal[index] && known.said.empty());
  }

  const config::compare::StandingServers& kept_;
  const Snapshot* previous_ = nullptr;
  bool same_config_ = false;
  GoneFiles gone_;
  std::vector<std::string> looked_at_;  // of the changed paths
};

using AllRefusals = std::vector<std::shared_ptr<const ServerRefusals>>;

// The same words a second time say nothing new: ten thousand servers share one bundle.
std::vector<NginxError> joined(const AllRefusals& all) {
  std::set<std::string_view> said;
  std::vector<NginxError> errors;
  for (const auto& one : all) {
    if (!one) continue;
    for (const auto& [message, error] : one->said)
      if (said.insert(message).second) errors.push_back(error);
  }
  std::ranges::stable_sort(errors, {}, &NginxError::when);
  return errors;
}

// Where two looks at one path differ, the older counts: something that stands came from it, and the
// watcher has to report the newer.
std::shared_ptr<const base::Sightings> side_files_of(const AllRefusals& all,
                                                     const Snapshot* previous) {
  const auto before = [&](std::size_t i) {
    return previous == nullptr ? nullptr : previous->refusals_by_server[i];
  };
  bool is_same = previous != nullptr;
  for (std::size_t i = 0; i < all.size() && is_same; ++i) {
    const auto known = before(i);
    is_same = all[i] == known || (all[i] && known && all[i]->side_files == known->side_files);
  }
  if (is_same) return previous->side_files;
  base::Sightings seen;
  for (const bool stands : {true, false}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] && (all[i] == before(i)) == stands)
        seen.insert(all[i]->side_files.begin(), all[i]->side_files.end());
    }
  }
  return std::make_shared<const base::Sightings>(std::move(seen));
}

// Takes missing files out of the errors: they become file-missing findings.
void set_missing_apart(Refusals& found) {
  const auto missing = std::stable_partition(
      found.errors.begin(), found.errors.end(),
      [](const NginxError& refusal) { return refusal.cause != RefusalCause::kMissingFile; });
  std::move(missing, found.errors.end(), std::back_inserter(found.excused));
  found.errors.erase(missing, found.errors.end());
}

}  // namespace

Refusals find_refusals(const BuildInputs& inputs, const Plan& plan,
                       const config::compare::StandingServers& kept, const Snapshot& snapshot) {
  SideFiles files(inputs, plan);
  SslTrials trials(inputs.policy, files);
  const Standing standing(inputs, plan, kept, snapshot);
  const std::size_t servers = snapshot.config->resolved.servers.size();
  // The last good configuration is not the one nginx would read now.
  const bool is_last_good = !snapshot.config->parsed() && snapshot.config->last_success;
  Refusals found;
  const auto find = [&](std::size_t index, const auto& look) {
    auto known = standing.at(index);
    if (!known) {
      const MaterialView material(snapshot.material);
      Finder finder({.snapshot = snapshot,
                     .material = material,
                     .policy = inputs.policy,
                     .files = files,
                     .trials = trials});
      look(finder);
      known = std::move(finder).take();
    }
    found.by_server.push_back(std::move(known));
  };
  for (std::size_t i = 0; i < servers; ++i) {
    if (is_last_good) {
      found.by_server.push_back(nullptr);
    } else {
      find(i, [&](Finder& finder) { finder.server(i); });
    }
  }
  if (standing.at(servers)) found.strength = standing.previous()->strength;
  find(servers, [&](Finder& finder) {
    if (!is_last_good) finder.rest();
    found.strength = finder.strength();
  });

  found.errors = joined(found.by_server);
  if (const auto end = end_of_reading(*snapshot.config)) {
    std::erase_if(found.errors, [&](const NginxError& error) { return error.when > *end; });
  }
  if (inputs.policy.missing_files == MissingFiles::kWarning) set_missing_apart(found);
  found.side_files = side_files_of(found.by_server, standing.previous());
  return found;
}

}  // namespace mtls::audit::refusals
