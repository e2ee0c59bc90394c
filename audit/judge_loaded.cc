#include "audit/judge_loaded.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "audit/judge.h"
#include "audit/loaded/follow.h"

namespace mtls::audit {
namespace {

using Unsure = std::unordered_set<const MaterialFile*>;
using SharedServer = std::shared_ptr<const ServerAudit>;

std::shared_ptr<const MaterialFile> unknown_file(const std::string& path) {
  auto file = std::make_shared<MaterialFile>();
  file->path = path;
  file->error = base::Error{base::ErrorCode::kMissing, path + ": not known", std::nullopt};
  return file;
}

bool is_the_same(const Loaded& loaded, const Snapshot& snapshot) {
  if (loaded.config->document != snapshot.config->document) return false;
  return std::ranges::none_of(loaded.others, [&](const auto& other) {
    return loaded.files->at(other.first).kind == LoadedFile::Kind::kMaterial;
  });
}

// The files of the snapshot, but those of nginx as it has loaded them.
MaterialSet loaded_material(const Loaded& loaded, const Snapshot& snapshot, Unsure& unsure) {
  MaterialSet material = snapshot.material;
  for (const auto& [path, file] : *loaded.files) {
    if (file.kind != LoadedFile::Kind::kMaterial) continue;
    if (loaded.state(path) == LoadState::kLoaded && material.contains(path)) continue;
    if (file.file) {
      material.put(file.file);
      continue;
    }
    material.put(unknown_file(path));
    unsure.insert(material.at(path).get());
  }
  return material;
}

bool depends_on(const ServerAudit& server, const Unsure& files) {
  return std::ranges::any_of(server.used,
                             [&](const auto& file) { return files.contains(file.get()); });
}

bool uses_only(const ServerAudit& server, const MaterialSet& material) {
  return std::ranges::all_of(server.used, [&](const auto& file) {
    const auto found = material.find(file->path);
    return found != material.end() && found->second == file;
  });
}

class Judges {
 public:
  Judges(const BuildInputs& inputs, const Plan& next, const Snapshot& snapshot,
         const Loaded& loaded)
      : inputs_(inputs), snapshot_(snapshot), loaded_(loaded) {
    view_.generation = snapshot.generation;
    view_.evaluated_at = snapshot.evaluated_at;
    view_.policy = snapshot.policy;
    view_.config = loaded.config;
    view_.canaries = snapshot.canaries;
    view_.material = loaded.material;
    view_.package = snapshot.package;
    view_.side_files = snapshot.side_files;
    const Snapshot* previous = inputs.previous.get();
    const bool same_question =
        previous != nullptr && previous->loaded && previous->policy == snapshot.policy &&
        previous->package == snapshot.package && previous->loaded->config == loaded.config &&
        !next.list_canaries && !next.judge_all && previous->evaluated_at <= inputs.now;
    if (same_question) before_ = previous->loaded.get();
  }

  SharedServer server(std::size_t index, config::ClientFates& fates) const {
    const bool is_same_config = loaded_.config->document == snapshot_.config->document;
    if (is_same_config && uses_only(*snapshot_.servers[index], loaded_.material))
      return snapshot_.servers[index];
    if (before_ != nullptr && index < before_->servers.size() && before_->servers[index]) {
      const ServerAudit& known = *before_->servers[index];
      const bool is_due = known.next_change_at && *known.next_change_at <= inputs_.now;
      if (!is_due && uses_only(known, loaded_.material)) return before_->servers[index];
    }
    return judge({.snapshot = view_, .policy = inputs_.policy, .index = index, .fates = fates});
  }

 private:
  const BuildInputs& inputs_;
  const Snapshot& snapshot_;
  const Loaded& loaded_;
  Snapshot view_;
  const Loaded* before_ = nullptr;
};

}  // namespace

std::shared_ptr<const Loaded> judge_loaded(const BuildInputs& inputs, const Plan& next,
                                           const Snapshot& snapshot) {
  auto followed = loaded::follow(inputs, snapshot);
  if (!followed || !followed->config) return followed;
  if (is_the_same(*followed, snapshot)) {
    if (followed->has_servers && followed->servers.empty()) return followed;
    auto same = std::make_shared<Loaded>(*followed);
    same->has_servers = true;
    same->servers.clear();
    same->material = {};
    return same;
  }
  auto judged = std::make_shared<Loaded>(*followed);
  Unsure unsure;
  judged->has_servers = true;
  judged->material = loaded_material(*judged, snapshot, unsure);
  judged->servers.clear();
  const Judges judges(inputs, next, snapshot, *judged);
  config::ClientFates fates(*judged->config->document, judged->config->resolved);
  for (std::size_t i = 0; i < judged->config->resolved.servers.size(); ++i) {
    SharedServer server = judges.server(i, fates);
    judged->servers.push_back(depends_on(*server, unsure) ? nullptr : std::move(server));
  }
  return judged;
}

}  // namespace mtls::audit
