#include <algorithm>

#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

using Instant = std::optional<base::sys_seconds>;

Instant earlier(Instant a, Instant b) { return a && b ? std::min(*a, *b) : (a ? a : b); }

Instant presented_until(const config::TlsContext& server, const audit::Snapshot& snapshot) {
  Instant until;
  for (const config::FileRef& reference : server.certificates.value) {
    for (const std::string& path : audit::known_paths(reference)) {
      const auto file = snapshot.material.find(path);
      if (file == snapshot.material.end() || !file->second->material) continue;
      until = earlier(until, audit::earliest_expiry(*file->second->material));
    }
  }
  return until;
}

}  // namespace

void blackbox_families(const audit::Snapshot& snapshot, Families& families) {
  Family expiry(kBlackboxEarliestExpiry);
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    const config::TlsContext& server = resolved.servers[i];
    if (!server.serves_tls() || resolved.label_owner(i) != i) continue;
    Instant until = presented_until(server, snapshot);
    if (config::asks(server)) until = earlier(until, snapshot.servers[i]->trust_until);
    if (!until) continue;
    expiry.add({{"server", server.id.server}, {"listen", server.id.listen}},
               base::unix_seconds(*until));
  }
  families.push_back(expiry.take());
}

}  // namespace mtls::collectors
