#include <map>

#include "base/text.h"
#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

using pki::RevocationListFacts;

// The newest CRL of each issuer, the one with the latest this_update. The label is the issuer's CN;
// where two issuers share one, the second has its whole name.
std::map<std::string, const RevocationListFacts*> by_issuer(const pki::Material& material) {
  std::map<std::string, const RevocationListFacts*> newest;
  for (const pki::RevocationList& list : material.revocation_lists) {
    const RevocationListFacts*& known = newest[list.facts().issuer.canonical];
    if (known == nullptr || known->this_update < list.facts().this_update) known = &list.facts();
  }
  std::map<std::string, const RevocationListFacts*> labelled;
  for (const auto& [name, facts] : newest) {
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
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    const std::string* path = audit::static_path(server.crl.value);
    if (path == nullptr) continue;
    const auto file = snapshot.material.find(*path);
    if (file == snapshot.material.end() || !file->second->material) continue;
    const auto lists = by_issuer(*file->second->material);
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
