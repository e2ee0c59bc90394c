#include "audit/reading/load.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "audit/reading/renewals.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
#include "base/text.h"
#include "config/include.h"
#include "config/references.h"
#include "config/resolve.h"

namespace mtls::audit::reading {
namespace {

NginxError as_nginx_says(const config::syntax::Document& document,
                         const config::syntax::Diagnostic& diagnostic) {
  const bool is_ours = diagnostic.code == base::ErrorCode::kPermission;
  NginxError error{.message = base::sanitize(diagnostic.message, base::kMaxPathBytes),
                   .file = {},
                   .when = diagnostic.when,
                   .cause = is_ours ? RefusalCause::kNotPermitted : RefusalCause::kConfiguration,
                   .path = diagnostic.path,
                   .at = diagnostic.edit_at};
  if (diagnostic.at) {
    error.file = base::sanitize(document.path_of(diagnostic.at->file), base::kMaxPathBytes);
    error.line = diagnostic.at->line;
    error.column = diagnostic.at->column;
  }
  return error;
}

// nginx stops at its first complaint: that one first.
std::vector<NginxError> errors_of(const config::syntax::Document& document,
                                  const config::ResolvedConfig& resolved) {
  std::vector<NginxError> errors;
  for (const auto* diagnostics : {&document.diagnostics, &resolved.diagnostics}) {
    for (const config::syntax::Diagnostic& diagnostic : *diagnostics) {
      errors.push_back(as_nginx_says(document, diagnostic));
    }
  }
  std::stable_sort(errors.begin(), errors.end(),
                   [](const NginxError& a, const NginxError& b) { return a.when < b.when; });
  return errors;
}

// The errors are about the text on the disk, and `known` is the last good one: its files have other
// numbers.
void renumber_places(const config::syntax::Document& read, const config::syntax::Document& known,
                     std::vector<NginxError>& errors) {
  for (NginxError& error : errors) {
    if (!error.at) continue;
    const auto file = std::ranges::find(known.files, read.path_of(error.at->file));
    if (file == known.files.end()) {
      error.at.reset();
    } else {
      error.at->file = static_cast<base::FileId>(file - known.files.begin());
    }
  }
}

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

std::string stem(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

// Path to the byte limit of its kind. A file that serves as both gets the larger one.
using References = std::map<std::string, std::size_t>;

// Keys, passwords, parameters and responses are not: audit/refusals looks at them.
bool is_material(config::FileRole role, const config::TlsContext& server) {
  using enum config::FileRole;
  switch (role) {
    case kCertificate:
    case kClientCa:
    case kTrustedCa:
    case kCrl: return true;
    case kOverrideStore:
    case kOverrideNames: return server.has_context;
    default: return false;
  }
}

References referenced_files(const Snapshot& snapshot, const Limits& limits) {
  References references;
  const auto refer = [&](const std::string& path, std::size_t limit) {
    std::size_t& known = references[path];
    known = std::max(known, limit);
  };
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    config::for_each_reference(server, [&](const config::FileReference& reference) {
      if (!is_material(reference.role, server)) return;
      const bool is_crl = reference.role == config::FileRole::kCrl;
      for (const std::string& path : known_paths(reference.file)) {
        refer(path, is_crl ? limits.max_crl_bytes : limits.max_file_bytes);
      }
    });
  }
  for (const config::UpstreamTlsContext& upstream : snapshot.config->resolved.upstreams) {
    const trust::UpstreamFiles files = trust::upstream_files(upstream);
    for (const std::string& path : files.trusted) refer(path, limits.max_file_bytes);
    if (files.crl != nullptr) refer(*files.crl, limits.max_crl_bytes);
    for (const std::string& path : files.certificates) refer(path, limits.max_file_bytes);
  }
  for (const RotationSetting& rotation : snapshot.policy->rotations) {
    for (const CaSetting* ca : {&rotation.from, &rotation.to}) {
      if (!ca->path.empty()) refer(ca->path, limits.max_file_bytes);
    }
  }
  for (const Canary& canary : snapshot.canaries) {
    if (!canary.path.empty()) refer(canary.path, limits.max_file_bytes);
  }
  return references;
}

bool is_broken(const pki::Material& material) {
  return !material.block_errors.empty() ||
         (material.certificates.empty() && material.revocation_lists.empty() &&
          material.unread.empty());
}

bool begins_with(const std::vector<pki::Certificate>& whole,
                 const std::vector<pki::Certificate>& part) {
  const auto same = [](const pki::Certificate& a, const pki::Certificate& b) {
    return a.facts().fingerprint == b.facts().fingerprint;
  };
  return part.size() < whole.size() && std::equal(part.begin(), part.end(), whole.begin(), same);
}

// Just written where the good file stood, and the same as far as it goes: the rest may be on its
// way (F4). A file that was renamed into place is another inode.
bool may_be_half(const MaterialFile& before, const MaterialFile& file,
                 const pki::Material& material, base::sys_seconds now) {
  const auto& was = before.seen.stamp;
  const auto& is = file.seen.stamp;
  if (!was || !is || was->inode != is->inode || was->device != is->device) return false;
  constexpr std::chrono::nanoseconds kYoung{1'000'000'000};
  const std::chrono::nanoseconds changed(is->ctime_ns);
  const bool is_young = now.time_since_epoch() < changed + kYoung;
  return is_young && begins_with(before.material->certificates, material.certificates);
}

// nullptr: not read before, or for another OpenSSL, which reads other things.
std::shared_ptr<const MaterialFile> read_before(const BuildInputs& inputs,
                                                const std::string& path) {
  const bool is_same_openssl = inputs.previous && openssl_of(inputs.previous->policy->build) ==
                                                      openssl_of(inputs.policy.build);
  if (!is_same_openssl) return nullptr;
  const auto found = inputs.previous->material.find(path);
  return found != inputs.previous->material.end() ? found->second : nullptr;
}

std::shared_ptr<const MaterialFile> load_file(const BuildInputs& inputs, const Plan& next,
                                              const std::string& path, std::size_t limit) {
  std::shared_ptr<const MaterialFile> before = read_before(inputs, path);
  base::RecordingFileSystem disk(inputs.disk);
  const auto content = disk.read(path, limit);
  auto file = std::make_shared<MaterialFile>();
  file->path = path;
  file->limit = limit;
  file->seen = disk.sightings().at(path);
  if (!content) {
    file->error = content.error();
    const bool is_same = before && before->error == file->error && before->seen == file->seen &&
                         before->limit == limit;
    return is_same ? before : file;
  }
  auto material = std::make_shared<const pki::Material>(
      with_renewals(pki::parse_material(content->text(), openssl_of(inputs.policy.build)),
                    inputs.policy, inputs.now));
  if (before && before->material && !before->settling &&
      before->material->content == material->content) {
    material = nullptr;  // the same bytes: the parsed objects of before serve on
    if (before->seen == file->seen && before->limit == limit) return before;
    file->material = before->material;
    return file;
  }
  const bool was_good = before && before->material && !is_broken(*before->material);
  const bool is_settling = is_broken(*material)
                               ? !next.settled.contains(path)
                               : !next.whole.contains(path) && was_good &&
                                     may_be_half(*before, *file, *material, inputs.now);
  if (was_good && is_settling) {
    file->settling = true;
    file->material = before->material;
  } else {
    file->material = std::move(material);
  }
  return file;
}

// The texts of the configuration's files from one reading to the next: where no change was reported
// of a file, its text stands, and nobody asks the disk.
class StandingTexts final : public config::KnownTexts {
 public:
  /// `before` nullptr: none stands. Both outlive this.
  StandingTexts(const ConfigView* before, const std::set<std::string>& differing)
      : before_(before), differing_(differing) {}

  const std::string* find(const std::string& path) override {
    if (before_ == nullptr || differing_.contains(path)) return nullptr;
    const auto known = before_->texts.find(path);
    if (known == before_->texts.end()) return nullptr;
    standing_.push_back(&before_->seen.at(path));
    bytes_ += known->second->size();
    return texts_.emplace_hint(texts_.end(), *known)->second.get();
  }

  void keep(const std::string& path, std::string_view text) override {
    if (bytes_ + text.size() > kMostBytes) return;
    bytes_ += text.size();
    texts_.insert_or_assign(path, std::make_shared<const std::string>(text));
  }

  /// Adds the texts of this reading, and the looks of before at the files that stand.
  void move_into(ConfigView& view) && {
    for (const base::Sighting* seen : standing_) view.seen.emplace(seen->path, *seen);
    view.texts = std::move(texts_);
  }

 private:
  // What is kept besides the tree of the same text.
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20U;

  const ConfigView* before_;
  const std::set<std::string>& differing_;
  ConfigTexts texts_;
  std::size_t bytes_ = 0;
  std::vector<const base::Sighting*> standing_;
};

}  // namespace

std::shared_ptr<const ConfigView> read_config(const BuildInputs& inputs, const Plan& next) {
  const ConfigView* before = inputs.previous ? inputs.previous->config.get() : nullptr;
  if (before != nullptr && !next.read_config) return inputs.previous->config;

  base::RecordingFileSystem disk(inputs.disk);
  auto view = std::make_shared<ConfigView>();
  StandingTexts texts(next.reload_all ? nullptr : before, inputs.changes.paths);
  const std::string& main_path = inputs.policy.nginx_conf;
  auto document = std::make_shared<const config::syntax::Document>(
      config::load_document(disk, main_path,
                            {.build = inputs.policy.build,
                             .globals = inputs.policy.nginx_globals,
                             .limits = {},
                             .texts = &texts}));
  if (before != nullptr && *document == *before->document)
    document = before->document;  // the same text: judgements stand
  config::ResolvedConfig resolved = config::resolve(*document, main_path, inputs.policy.build);
  view->errors = errors_of(*document, resolved);
  view->seen = disk.take();
  std::move(texts).move_into(*view);
  view->world_writable = world_writable(view->seen);

  const bool keep_last_good = !view->parsed() && before != nullptr && before->last_success;
  if (keep_last_good) {
    renumber_places(*document, *before->document, view->errors);
    view->document = before->document;
    view->resolved = before->resolved;
    view->last_success = before->last_success;
  } else {
    if (view->parsed()) view->last_success = inputs.now;
    view->document = std::move(document);
    view->resolved = std::move(resolved);
  }
  return view;
}

CanaryList list_canaries(const BuildInputs& inputs, const Plan& next) {
  if (inputs.previous && !next.list_canaries) {
    return {.canaries = inputs.previous->canaries, .patterns = inputs.previous->canary_patterns};
  }
  CanaryList list;
  base::RecordingFileSystem disk(inputs.disk);
  std::set<std::string> names;  // the first of a name speaks: labels must not collide
  for (const CanarySetting& setting : inputs.policy.canaries) {
    std::vector<std::string> paths{setting.certificate};
    const bool pattern = is_pattern(setting.certificate);
    if (pattern) paths = disk.glob(setting.certificate).value_or(std::vector<std::string>{});
    for (const std::string& path : paths) {
      std::string name = base::sanitize(pattern ? stem(path) : setting.name);
      if (!names.insert(name).second) continue;
      list.canaries.push_back({.name = std::move(name),
                               .path = path,
                               .expect = setting.expect,
                               .servers = setting.servers,
                               .paths = setting.paths});
    }
  }
  list.patterns = disk.take();
  return list;
}

MaterialSet load_material(const BuildInputs& inputs, const Plan& next, const Snapshot& snapshot) {
  const Snapshot* previous = inputs.previous.get();
  const bool same_references = previous != nullptr && !next.reload_all && !next.list_canaries &&
                               previous->config == snapshot.config &&
                               previous->policy == snapshot.policy;
  if (same_references) {
    MaterialSet taken_over = previous->material;
    for (const std::string& path : next.reload)
      taken_over.put(load_file(inputs, next, path, previous->material.at(path)->limit));
    return taken_over;
  }
  MaterialSet material;
  for (const auto& [path, limit] : referenced_files(snapshot, inputs.policy.limits)) {
    if (!next.reload_all && !next.reload.contains(path)) {
      const auto before = read_before(inputs, path);
      if (before && before->limit == limit) {
        material.put(before);
        continue;
      }
    }
    material.put(load_file(inputs, next, path, limit));
  }
  return material;
}

}  // namespace mtls::audit::reading
