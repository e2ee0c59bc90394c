#include "audit/upstream_trust.h"

#include <set>

#include "audit/trust.h"

namespace mtls::audit {

UpstreamFiles upstream_files(const config::UpstreamTlsContext& upstream) {
  UpstreamFiles files;
  if (upstream.verify.value) {
    files.trusted = static_path(upstream.trusted_certificate.value);
    files.crl = static_path(upstream.crl.value);
  }
  if (upstream.certificate.value) files.certificates = known_paths(*upstream.certificate.value);
  return files;
}

std::map<std::string, base::sys_seconds> upstream_trust(const Snapshot& snapshot) {
  std::set<std::string> paths;
  for (const config::UpstreamTlsContext& upstream : snapshot.config->resolved.upstreams) {
    const std::string* trusted = upstream_files(upstream).trusted;
    if (trusted != nullptr) paths.insert(*trusted);
  }
  std::map<std::string, base::sys_seconds> ends;
  for (const std::string& path : paths) {
    const pki::Material* material = material_of(snapshot, &path);
    if (material == nullptr) continue;
    const auto view = pki::view_bundle(material->certificates, snapshot.evaluated_at);
    if (view.trust_until) ends.emplace(path, *view.trust_until);
  }
  return ends;
}

}  // namespace mtls::audit
