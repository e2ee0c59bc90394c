#include "audit/loaded/follow.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/loaded/recall.h"
#include "audit/trust/trust.h"
#include "audit/trust/upstream_trust.h"
#include "config/references.h"

namespace mtls::audit::loaded {
namespace {

using Kind = LoadedFile::Kind;
using Paths = std::map<std::string, Kind>;

constexpr std::int64_t kSecond = 1'000'000'000;
// Of the start of a process against the time stamps of files, where nobody watched (R5.9). nginx
// reads its files within this time before it starts a worker.
constexpr std::int64_t kTolerance = 2 * kSecond;
// Both clocks go in steps of at most this.
constexpr std::int64_t kClockSteps = kSecond / 50;

/// A file that has been what it is since before `surely_loaded` is the one that nginx read, and one
/// that came after `surely_newer` is not.
struct Bounds {
  std::int64_t surely_loaded = 0;
  std::int64_t surely_newer = 0;
};

Bounds bounds_of(const running::LoadTime& load) {
  if (load.after_ns) return {*load.after_ns, load.before_ns + kClockSteps};
  return {load.before_ns - kTolerance, load.before_ns + kTolerance};
}

// Those in which a name that matches may appear or vanish.
std::vector<std::string> directories_of(const std::string& pattern, base::FileSystem& disk) {
  const std::size_t wildcard = pattern.find_first_of("*?[");
  std::vector<std::string> all{pattern.substr(0, pattern.rfind('/', wildcard))};
  for (std::size_t slash = pattern.find('/', std::min(wildcard, pattern.size()));
       slash != std::string::npos; slash = pattern.find('/', slash + 1)) {
    const auto matches = disk.glob(pattern.substr(0, slash));
    if (matches) all.insert(all.end(), matches->begin(), matches->end());
  }
  return all;
}

// What the master reads while it reads its configuration. Not what workers read at a handshake.
void add_references(const Snapshot& snapshot, Paths& paths) {
  const config::NginxBuild& build = snapshot.policy->build;
  const auto add = [&](const std::string* path) {
    if (path == nullptr) return;
    const bool is_material = snapshot.material.contains(*path);
    if (is_material || snapshot.side_files->contains(*path))
      paths.emplace(*path, is_material ? Kind::kMaterial : Kind::kSide);
  };
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    if (!server.has_context) continue;
    const trust::TrustPaths opened = trust::trust_paths(server, build);
    for (const std::string* path : {opened.client, opened.trusted, opened.crl}) add(path);
    config::for_each_reference(server, [&](const config::FileReference& reference) {
      using enum config::FileRole;
      const bool is_trust =
          reference.role == kClientCa || reference.role == kTrustedCa || reference.role == kCrl;
      if (!is_trust) add(static_path(reference.file));
    });
  }
  for (const config::UpstreamTlsContext& upstream : snapshot.config->resolved.upstreams) {
    const trust::UpstreamFiles files = trust::upstream_files(upstream);
    for (const std::string& path : files.trusted) add(&path);
    add(files.crl);
    config::for_each_reference(upstream, [&](const config::FileReference& reference) {
      using enum config::FileRole;
      if (reference.role == kCertificate || reference.role == kCertificateKey)
        add(static_path(reference.file));
    });
  }
}

// Looks at directories themselves: whether a pattern can be looked up there. nginx reads nothing.
bool is_directory(const std::string& path) { return path.ends_with("/."); }

Paths paths_of(const Snapshot& snapshot) {
  Paths paths;
  for (const auto& [path, seen] : snapshot.config->seen) {
    if (is_directory(path)) continue;
    const bool is_pattern = seen.kind == base::Sighting::Kind::kPattern;
    paths.emplace(path, is_pattern ? Kind::kPattern : Kind::kConfiguration);
  }
  add_references(snapshot, paths);
  return paths;
}

bool says_off(const config::syntax::Document& document, std::string_view directive) {
  return std::ranges::any_of(document.main, [&](const config::syntax::Directive& one) {
    return one.name == directive && !one.args.empty() && one.args.front().text == "off";
  });
}

// What runs decides, whichever release the settings name for the files.
config::Version release_of(const Snapshot& snapshot, const running::Master& master) {
  return config::parse_version(master.build.version).value_or(snapshot.policy->build.version);
}

/// Decides about the files of one generation.
class Adoption {
 public:
  Adoption(const BuildInputs& inputs, const Snapshot& snapshot, const running::Master& master,
           const LoadedFiles* before, bool is_doubtful)
      : inputs_(inputs),
        bounds_(bounds_of(*master.load)),
        is_doubtful_(is_doubtful),
        keeps_objects_(release_of(snapshot, master) >= config::Version{1, 27, 4}),
        inherits_objects_(!says_off(*snapshot.config->document, "ssl_object_cache_inheritable")),
        before_(before) {}

  LoadedFile adopt(const std::string& path, Kind kind) const {
    if (kind == Kind::kPattern) return adopt_pattern(path);
    const LoadedFile* known = known_before(path);
    LoadedFile file{.kind = kind, .possible = versions_before(path)};
    const auto changed = inputs_.changed_at(path);
    const auto now = inputs_.disk.stat(path);
    if (!now || !changed) return file;
    if (is_doubtful_ && (known == nullptr || known->stamp != *now)) return file;
    if (changed->latest() > bounds_.surely_loaded) {
      file.is_outdated = changed->changed_ns > bounds_.surely_newer;
      return file;
    }
    if (is_taken_from_memory(file, *now))
      return known != nullptr && inherits_objects_ ? *known : file;
    file.stamp = *now;
    return file;
  }

 private:
  LoadedFile adopt_pattern(const std::string& pattern) const {
    LoadedFile file{.kind = Kind::kPattern, .stamp = std::nullopt};
    std::int64_t latest = 0;
    for (const std::string& directory : directories_of(pattern, inputs_.disk))
      latest = std::max(latest, changed_at_or_above(directory));
    if (latest <= bounds_.surely_loaded && !is_doubtful_)
      file.stamp = base::FileStamp{.ctime_ns = latest};
    return file;
  }

  // A directory that is not there may have been removed from the one above.
  std::int64_t changed_at_or_above(std::string directory) const {
    while (!directory.empty()) {
      if (const auto changed = inputs_.changed_at(directory)) return changed->latest();
      directory.resize(directory.rfind('/'));
    }
    const auto root = inputs_.changed_at("/");
    return root ? root->latest() : 0;
  }

  const LoadedFile* known_before(const std::string& path) const {
    if (before_ == nullptr) return nullptr;
    const auto found = before_->find(path);
    return found != before_->end() && found->second.stamp ? &found->second : nullptr;
  }

  // The version of the generation before, or those of which it may be one.
  std::vector<base::FileStamp> versions_before(const std::string& path) const {
    if (before_ == nullptr || !before_->contains(path)) return {};
    const LoadedFile& file = before_->at(path);
    return file.stamp ? std::vector{*file.stamp} : file.possible;
  }

  // R5.5: nginx does not look into a file that it has, if inode and second of mtime are the same,
  // unless it is told to.
  bool is_taken_from_memory(const LoadedFile& file, const base::FileStamp& now) const {
    if (!keeps_objects_ || file.kind == Kind::kConfiguration) return false;
    return std::ranges::any_of(file.possible, [&](const base::FileStamp& stamp) {
      return stamp != now && stamp.inode == now.inode && stamp.device == now.device &&
             stamp.mtime_ns / kSecond == now.mtime_ns / kSecond;
    });
  }

  const BuildInputs& inputs_;
  Bounds bounds_;
  bool is_doubtful_;
  bool keeps_objects_;
  bool inherits_objects_;
  const LoadedFiles* before_;
};

bool is_loaded_version(const LoadedFiles& files, const std::string& path,
                       const base::Sighting& seen) {
  const auto found = files.find(path);
  return found != files.end() && found->second.stamp && found->second.stamp == seen.stamp;
}

// The configuration of the snapshot is the one that nginx read.
bool is_loaded_config(const BuildInputs& inputs, const Snapshot& snapshot,
                      const LoadedFiles& files) {
  if (!snapshot.config->parsed()) return false;
  return std::ranges::all_of(snapshot.config->seen, [&](const auto& entry) {
    const auto& [path, seen] = entry;
    if (is_directory(path)) return true;
    if (seen.kind == base::Sighting::Kind::kFile) return is_loaded_version(files, path, seen);
    const auto pattern = files.find(path);
    if (pattern == files.end() || !pattern->second.stamp) return false;
    const auto matches = inputs.disk.glob(path);
    return matches && *matches == seen.matches;
  });
}

// Takes the content of each version whose content is known by now.
void fill(const Snapshot& snapshot, std::shared_ptr<const LoadedFiles>& files) {
  std::shared_ptr<LoadedFiles> filled;
  for (const auto& [path, file] : *files) {
    if (file.kind != Kind::kMaterial || !file.stamp || file.file) continue;
    const auto now = snapshot.material.find(path);
    const bool is_it = now != snapshot.material.end() && now->second->seen.stamp == file.stamp &&
                       !now->second->settling;
    if (!is_it) continue;
    if (!filled) filled = std::make_shared<LoadedFiles>(*files);
    filled->at(path).file = now->second;
  }
  if (filled) files = std::move(filled);
}

std::optional<base::FileStamp> stamp_now(const Snapshot& snapshot, const std::string& path) {
  const auto material = snapshot.material.find(path);
  if (material != snapshot.material.end()) return material->second->seen.stamp;
  const auto side = snapshot.side_files->find(path);
  return side != snapshot.side_files->end() ? side->second.stamp : std::nullopt;
}

// nginx may have read what is on the disk now, where nobody knows what it has read.
void note_possible(const Snapshot& snapshot, std::shared_ptr<const LoadedFiles>& files) {
  constexpr std::size_t kMostVersions = 16;
  std::shared_ptr<LoadedFiles> noted;
  for (const auto& [path, file] : *files) {
    const bool is_object = file.kind == Kind::kMaterial || file.kind == Kind::kSide;
    if (!is_object || file.stamp || file.possible.size() >= kMostVersions) continue;
    const auto now = stamp_now(snapshot, path);
    if (!now || std::ranges::find(file.possible, *now) != file.possible.end()) continue;
    if (!noted) noted = std::make_shared<LoadedFiles>(*files);
    noted->at(path).possible.push_back(*now);
  }
  if (noted) files = std::move(noted);
}

bool is_same_content(const MaterialFile& one, const MaterialFile& other) {
  return one.material && other.material && !other.settling &&
         one.material->content == other.material->content;
}

// Files that are never opened, by what changes with their content. Only chmod(2), chown(2) and
// link(2) change ctime alone, or somebody who sets the time back.
bool is_same_side(const base::FileStamp& one, const base::FileStamp& other) {
  return one.device == other.device && one.inode == other.inode && one.size == other.size &&
         one.mtime_ns == other.mtime_ns;
}

class States {
 public:
  States(const Snapshot& snapshot, const Loaded& loaded)
      : snapshot_(snapshot),
        has_same_text_(loaded.config && snapshot.config->parsed() &&
                       loaded.config->document == snapshot.config->document),
        knows_config_(loaded.config != nullptr) {}

  LoadState of(const std::string& path, const LoadedFile& file) const {
    if (!file.stamp) return file.is_outdated ? LoadState::kPending : LoadState::kUnknown;
    switch (file.kind) {
      case Kind::kPattern: break;
      case Kind::kConfiguration: return of_configuration(path, file);
      case Kind::kMaterial: return knows_config_ ? of_material(path, file) : LoadState::kUnknown;
      case Kind::kSide: return knows_config_ ? of_side(path, file) : LoadState::kUnknown;
    }
    return LoadState::kUnknown;
  }

 private:
  LoadState of_configuration(const std::string& path, const LoadedFile& file) const {
    const auto seen = snapshot_.config->seen.find(path);
    const bool is_same = has_same_text_ ||
                         (seen != snapshot_.config->seen.end() && seen->second.stamp == file.stamp);
    return is_same ? LoadState::kLoaded : LoadState::kPending;
  }

  LoadState of_material(const std::string& path, const LoadedFile& file) const {
    const auto now = snapshot_.material.find(path);
    if (now == snapshot_.material.end()) return LoadState::kUnknown;
    const bool is_same = now->second->seen.stamp == file.stamp ||
                         (file.file && is_same_content(*file.file, *now->second));
    return is_same ? LoadState::kLoaded : LoadState::kPending;
  }

  LoadState of_side(const std::string& path, const LoadedFile& file) const {
    const auto now = snapshot_.side_files->find(path);
    if (now == snapshot_.side_files->end()) return LoadState::kUnknown;
    const auto& stamp = now->second.stamp;
    return stamp && is_same_side(*stamp, *file.stamp) ? LoadState::kLoaded : LoadState::kPending;
  }

  const Snapshot& snapshot_;
  bool has_same_text_;
  bool knows_config_;
};

bool is_same_generation(const Loaded& loaded, const running::Master& master) {
  return loaded.master == master.process.pid && loaded.master_started == master.started &&
         loaded.number == master.generation->number;
}

bool is_same_disk(const Snapshot& before, const Snapshot& now) {
  return before.config == now.config && before.side_files == now.side_files &&
         before.material.files() == now.material.files();
}

void adopt_files(const BuildInputs& inputs, const Snapshot& snapshot, const Adoption& adoption,
                 Loaded& loaded) {
  if (loaded.config) return;
  auto files = std::make_shared<LoadedFiles>();
  for (const auto& [path, kind] : paths_of(snapshot)) {
    const auto known = loaded.files->find(path);
    files->emplace(path, known != loaded.files->end() && known->second.kind == kind
                             ? known->second
                             : adoption.adopt(path, kind));
  }
  loaded.files = std::move(files);
  if (is_loaded_config(inputs, snapshot, *loaded.files)) loaded.config = snapshot.config;
}

void note_states(const Snapshot& snapshot, Loaded& loaded) {
  const States states(snapshot, loaded);
  for (const auto& [path, file] : *loaded.files) {
    if (file.kind == Kind::kPattern) continue;
    const LoadState state = states.of(path, file);
    if (state != LoadState::kLoaded) loaded.others.emplace(path, state);
  }
}

}  // namespace

std::shared_ptr<const Loaded> follow(const BuildInputs& inputs, const Snapshot& snapshot) {
  const running::Master* master = snapshot.master();
  if (master == nullptr || !master->load || !inputs.changed_at) return nullptr;
  auto before = inputs.previous ? inputs.previous->loaded : nullptr;
  const bool is_mixed = snapshot.processes->masters_of(master->build.conf) > 1;
  const bool is_same = before && is_same_generation(*before, *master);
  if (is_same && before->is_mixed == is_mixed && is_same_disk(*inputs.previous, snapshot))
    return before;
  auto next = std::make_shared<Loaded>();
  next->master = master->process.pid;
  next->master_started = master->started;
  next->number = master->generation->number;
  next->since_ns = master->load->before_ns;
  next->is_mixed = is_mixed;
  if (is_same) {
    next->files = before->files;
    next->config = before->config;
  }
  const bool is_same_master =
      before && before->master == master->process.pid && before->master_started == master->started;
  const LoadedFiles* of_the_one_before = is_same_master && !is_same ? before->files.get() : nullptr;
  const Recall known = before ? Recall::kNothing : recall(inputs.remembered.get(), *master);
  const LoadedFiles recalled =
      known == Recall::kNothing ? LoadedFiles{} : recalled_files(*inputs.remembered, snapshot);
  if (known == Recall::kDoubtful) of_the_one_before = &recalled;
  if (known == Recall::kSame) next->files = std::make_shared<const LoadedFiles>(recalled);
  const Adoption adoption(inputs, snapshot, *master, of_the_one_before,
                          master->generation->is_doubtful || known == Recall::kDoubtful);
  adopt_files(inputs, snapshot, adoption, *next);
  fill(snapshot, next->files);
  note_possible(snapshot, next->files);
  note_states(snapshot, *next);
  return next;
}

}  // namespace mtls::audit::loaded
