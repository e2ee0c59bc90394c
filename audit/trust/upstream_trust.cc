#include "audit/trust/upstream_trust.h"

#include "audit/trust/trust.h"

namespace mtls::audit::trust {
namespace {

std::optional<base::sys_seconds> trust_until(const Snapshot& snapshot,
                                             const std::vector<std::string>& paths) {
  std::vector<pki::Certificate> store;
  for (const std::string& path : paths) {
    const pki::Material* material = material_of(snapshot, &path);
    if (material == nullptr) return std::nullopt;
    store.insert(store.end(), material->certificates.begin(), material->certificates.end());
  }
  return pki::view_bundle(store, snapshot.evaluated_at).trust_until;
}

}  // namespace

UpstreamFiles upstream_files(const Snapshot& /*snapshot*/,
                             const config::UpstreamTlsContext& upstream) {
  UpstreamFiles files;
  const config::ConfOverrides& overrides = upstream.overrides;
  if (overrides.certificate) {
    files.certificates = known_paths(overrides.certificate->file);
  } else if (upstream.certificate.value) {
    files.certificates = known_paths(*upstream.certificate.value);
  }
  if (overrides.requests && overrides.replaces_store()) {
    for (const config::NamedFile& named : overrides.store_files) {
      files.trusted.push_back(*static_path(named.file));
    }
  } else if (upstream.verify.value) {
    const std::string* own = static_path(upstream.trusted_certificate.value);
    if (own != nullptr) files.trusted = {*own};
    files.crl = static_path(upstream.crl.value);
  }
  return files;
}

std::map<std::size_t, base::sys_seconds> upstream_trust(const Snapshot& snapshot) {
  std::map<std::vector<std::string>, std::optional<base::sys_seconds>> known;
  std::map<std::size_t, base::sys_seconds> ends;
  const auto& upstreams = snapshot.config->resolved.upstreams;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    const std::vector<std::string> paths = upstream_files(snapshot, upstreams[i]).trusted;
    if (paths.empty() || upstreams[i].overrides.store_is_open) continue;
    const auto [at, is_new] = known.try_emplace(paths);
    if (is_new) at->second = trust_until(snapshot, paths);
    if (at->second) ends.emplace(i, *at->second);
  }
  return ends;
}

}  // namespace mtls::audit::trust
