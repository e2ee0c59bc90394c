#include "audit/loaded/recall.h"

#include <algorithm>
#include <memory>

namespace mtls::audit::loaded {
namespace {

bool is_one_of(const running::Worker& worker, const std::vector<running::Worker>& workers) {
  return std::ranges::any_of(workers, [&](const running::Worker& one) {
    return one.pid == worker.pid && one.started == worker.started;
  });
}

// nullptr: the bytes are not kept.
std::shared_ptr<const MaterialFile> recalled_material(const Remembered& remembered,
                                                      const std::string& path,
                                                      const Remembered::File& file,
                                                      const Policy& policy) {
  const auto bytes =
      remembered.bytes && !file.content.empty() ? remembered.bytes(file.content) : std::nullopt;
  if (!bytes) return nullptr;
  auto material =
      std::make_shared<const pki::Material>(pki::parse_material(*bytes, openssl_of(policy.build)));
  if (material->content.hex() != file.content) return nullptr;
  auto recalled = std::make_shared<MaterialFile>();
  recalled->path = path;
  recalled->seen = {.path = path, .stamp = file.stamp, .error = {}, .matches = {}};
  recalled->limit = policy.limits.max_file_bytes;
  recalled->material = std::move(material);
  return recalled;
}

}  // namespace

// Old and new workers stand side by side for a moment of each reload: then there are more of them.
Recall recall(const Remembered* remembered, const running::Master& master) {
  const bool is_same_master = remembered != nullptr && remembered->conf == master.build.conf &&
                              remembered->master == master.process.pid &&
                              remembered->master_started == master.started;
  if (!is_same_master) return Recall::kNothing;
  std::size_t serving = 0;
  std::size_t survivors = 0;
  for (const running::Worker& worker : master.workers) {
    const bool is_known = is_one_of(worker, remembered->workers);
    if (is_known && worker.is_draining) return Recall::kNothing;  // only a reload does that
    serving += worker.is_draining ? 0U : 1U;
    survivors += is_known ? 1U : 0U;
  }
  const bool is_same = survivors > 0 && serving <= remembered->workers.size();
  return is_same ? Recall::kSame : Recall::kDoubtful;
}

LoadedFiles recalled_files(const Remembered& remembered, const Snapshot& snapshot) {
  LoadedFiles files;
  for (const auto& [path, file] : remembered.files) {
    LoadedFile known{.kind = file.kind, .stamp = file.stamp};
    const auto now = snapshot.material.find(path);
    const bool is_there = now != snapshot.material.end() && now->second->seen.stamp == known.stamp;
    if (file.kind == LoadedFile::Kind::kMaterial && !is_there)
      known.file = recalled_material(remembered, path, file, *snapshot.policy);
    files.emplace(path, std::move(known));
  }
  return files;
}

}  // namespace mtls::audit::loaded
