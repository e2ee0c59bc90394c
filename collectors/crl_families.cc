#include <map>

#include "base/text.h"
#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

using pki::RevocationListFacts;

using Newest = std::map<std::string, const RevocationListFacts*>;

// Of each scope, and each distribution point, the newest CRL: the one with the latest this_update.
Newest by_scope(const pki::Material& material, const audit::ServerAudit& server) {
  Newest newest;
  for (const pki::RevocationList& list : material.revocation_lists) {
    const RevocationListFacts& facts = list.facts();
    if (server.crls_without_use.contains(facts.fingerprint)) continue;
    const std::string scope = facts.scope.text + '\0' + facts.scope.point;
    const RevocationListFacts*& known = newest[facts.issuer.canonical + '\0' + scope];
    if (known == nullptr || known->this_update < facts.this_update) known = &facts;
  }
  return newest;
}

bool ends_before(const RevocationListFacts& list, const RevocationListFacts& other) {
  return list.next_update && (!other.next_update || *list.next_update < *other.next_update);
}

// Of each issuer the CRL that ends first, of those that are in use. The label is the issuer's CN;
// where two issuers share one, the second has its whole name.
Newest by_issuer(const pki::Material& material, const audit::ServerAudit& server) {
  Newest first;
  for (const auto& [scope, list] : by_scope(material, server)) {
    const RevocationListFacts*& known = first[list->issuer.canonical];
    if (known == nullptr || ends_before(*list, *known)) known = list;
  }
  Newest labelled;
  for (const auto& [name, facts] : first) {
    const bool free = labelled.emplace(facts->issuer.common_name, facts).second;
    if (!free) labelled.emplace(facts->issuer.rfc2253, facts);
  }
  return labelled;
}

}  // namespace

std::size_t crl_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                         Families& families) {
  constexpr std::size_t kSeriesPerList = 3;
  std::size_t omitted = 0;
  Family this_update(kCrlThisUpdate);
  Family next_update(kCrlNextUpdate);
  Family revoked(kCrlRevoked);
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    const config::TlsContext& server = snapshot.config->resolved.servers[i];
    const std::string* path = audit::static_path(server.crl.value);
    if (path == nullptr) continue;
    const auto file = snapshot.material.find(*path);
    if (file == snapshot.material.end() || !file->second->material) continue;
    const auto lists = by_issuer(*file->second->material, *snapshot.servers[i]);
    if (kSeriesPerList * lists.size() > limits.max_series_per_file) {
      omitted += kSeriesPerList * lists.size();
      continue;
    }
    for (const auto& [issuer, list] : lists) {
      const Labels id{{"path", *path}, {"issuer", issuer}};
      if (list->this_update) this_update.add(id, base::unix_seconds(*list->this_update));
      if (list->next_update) next_update.add(id, base::unix_seconds(*list->next_update));
      revoked.add(id, static_cast<double>(list->revoked));
    }
  }
  for (Family* family : {&this_update, &next_update, &revoked}) families.push_back(family->take());
  return omitted;
}

}  // namespace mtls::collectors
