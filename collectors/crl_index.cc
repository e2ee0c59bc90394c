#include "collectors/crl_index.h"

namespace mtls::collectors {
namespace {

using pki::RevocationListFacts;

// Of each scope, and each distribution point, the newest CRL: the one with the latest this_update.
CrlsByIssuer by_scope(const pki::Material& material,
                      const std::set<pki::Fingerprint>& without_use) {
  CrlsByIssuer newest;
  for (const pki::RevocationList& list : material.revocation_lists) {
    const RevocationListFacts& facts = list.facts();
    if (without_use.contains(facts.fingerprint)) continue;
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
CrlsByIssuer by_issuer(const pki::Material& material,
                       const std::set<pki::Fingerprint>& without_use) {
  CrlsByIssuer first;
  for (const auto& [scope, list] : by_scope(material, without_use)) {
    const RevocationListFacts*& known = first[list->issuer.canonical];
    if (known == nullptr || ends_before(*list, *known)) known = list;
  }
  CrlsByIssuer labelled;
  for (const auto& [name, facts] : first) {
    const bool free = labelled.emplace(facts->issuer.common_name, facts).second;
    if (!free) labelled.emplace(facts->issuer.rfc2253, facts);
  }
  return labelled;
}

}  // namespace

const CrlsByIssuer& CrlIndex::of(const pki::Material& material,
                                 const std::set<pki::Fingerprint>& without_use) {
  const auto [known, is_new] = known_.try_emplace({&material, without_use});
  if (is_new) known->second = by_issuer(material, without_use);
  return known->second;
}

bool too_many_crls(const CrlsByIssuer& lists, const audit::Limits& limits) {
  return kSeriesPerCrl * lists.size() > limits.max_series_per_file;
}

}  // namespace mtls::collectors
