#include "audit/trust/upstream_trust.h"

#include <map>

#include "audit/trust/trust.h"

namespace mtls::audit::trust {
namespace {

std::optional<base::sys_seconds> trust_until(const Evidence& evidence,
                                             const std::vector<std::string>& paths) {
  std::vector<pki::Certificate> store;
  for (const std::string& path : paths) {
    const pki::Material* material = evidence.material.content(&path);
    if (material == nullptr) return std::nullopt;
    store.insert(store.end(), material->certificates.begin(), material->certificates.end());
  }
  return pki::paths::view_bundle(store, evidence.clock.now_for(store)).trust_until;
}

}  // namespace

UpstreamFiles upstream_files(const config::UpstreamTlsContext& upstream) {
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

std::vector<UpstreamAudit> audit_upstreams(const Snapshot& snapshot, const Evidence& evidence) {
  std::map<std::vector<std::string>, std::optional<base::sys_seconds>> known;
  std::vector<UpstreamAudit> audits;
  for (const config::UpstreamTlsContext& upstream : snapshot.config->resolved.upstreams) {
    UpstreamAudit& audit = audits.emplace_back();
    const std::vector<std::string> paths = upstream_files(upstream).trusted;
    if (paths.empty() || upstream.overrides.store_is_open) continue;
    const auto [at, is_new] = known.try_emplace(paths);
    if (is_new) at->second = trust_until(evidence, paths);
    audit.trust_until = at->second;
  }
  return audits;
}

}  // namespace mtls::audit::trust
