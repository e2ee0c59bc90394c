#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "collectors/collect.h"
#include "collectors/server.h"

namespace mtls::collectors {
namespace {

using pki::RevocationListFacts;
using Lists = std::map<std::string, const RevocationListFacts*>;

// Of each scope, and each distribution point, the newest CRL: the one with the latest this_update.
Lists by_scope(const pki::Material& material, const audit::ServerAudit& server) {
  Lists newest;
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
Lists by_issuer(const pki::Material& material, const audit::ServerAudit& server) {
  Lists first;
  for (const auto& [scope, list] : by_scope(material, server)) {
    const RevocationListFacts*& known = first[list->issuer.canonical];
    if (known == nullptr || ends_before(*list, *known)) known = list;
  }
  Lists labelled;
  for (const auto& [name, facts] : first) {
    const bool free = labelled.emplace(facts->issuer.common_name, facts).second;
    if (!free) labelled.emplace(facts->issuer.rfc2253, facts);
  }
  return labelled;
}

constexpr std::size_t kSeriesPerList = 3;

bool too_many(const Lists& lists, const audit::Limits& limits) {
  return kSeriesPerList * lists.size() > limits.max_series_per_file;
}

// The labels of the CAs whose clients a server block checks with these lists. A list of a CA that
// the server does not trust refuses nobody there.
std::vector<std::string> checked(const Server& server, const Lists& lists) {
  std::set<std::string_view> trusted;
  for (const pki::Member& member : server.audit.store.members)
    trusted.insert(member.certificate.facts().subject.canonical);
  std::vector<std::string> issuers;
  for (const auto& [issuer, list] : lists)
    if (trusted.contains(list->issuer.canonical)) issuers.push_back(issuer);
  return issuers;
}

void add_checked(Family& users, const Server& server, const std::vector<std::string>& issuers) {
  for (const std::string& issuer : issuers) {
    Labels labels = server.labels();
    labels.emplace_back("path", server.audit.crl_path);
    labels.emplace_back("issuer", issuer);
    users.add(labels, 1);
  }
}

}  // namespace

std::size_t crl_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                         Families& families) {
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
    if (too_many(lists, limits)) {
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

std::size_t server_crl_family(const audit::Snapshot& snapshot, const audit::Limits& limits,
                              Families& families) {
  const std::vector<Server> servers = asking_servers_of(snapshot);
  // By path and by what of the file the server block does not use.
  std::map<std::pair<std::string, std::set<pki::Fingerprint>>, Lists> known;
  Family users(kServerCrlInfo);
  std::size_t count = 0;
  std::size_t omitted = 0;
  for (const Server& server : servers) {
    const auto file = snapshot.material.find(server.audit.crl_path);
    if (file == snapshot.material.end() || !file->second->material) continue;
    const auto [lists, is_new] = known.try_emplace({file->first, server.audit.crls_without_use});
    if (is_new) lists->second = by_issuer(*file->second->material, server.audit);
    const std::vector<std::string> issuers = checked(server, lists->second);
    if (too_many(lists->second, limits)) {
      omitted += issuers.size();
    } else {
      count += issuers.size();
      if (count <= limits.max_series) add_checked(users, server, issuers);
    }
  }
  if (count > limits.max_series) return omitted + count;
  families.push_back(users.take());
  return omitted;
}

}  // namespace mtls::collectors
