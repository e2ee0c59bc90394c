#include "pki/paths/renewals.h"

#include <algorithm>
#include <functional>
#include <map>

#include "pki/paths/issuance.h"

namespace mtls::pki::paths {
namespace {

using base::sys_seconds;

using EndOf = std::function<sys_seconds(std::size_t)>;

// `family` is sorted by end, ascending. Each member gets the next one that ends later as its
// successor, unless an earlier call found one that ends sooner.
void link_successors(const std::vector<std::size_t>& family, const EndOf& end_of,
                     std::vector<Member>& members) {
  std::optional<std::size_t> later;
  for (std::size_t i = family.size(); i-- > 1;) {
    const std::size_t member = family[i - 1];
    if (end_of(member) < end_of(family[i])) later = family[i];
    std::optional<std::size_t>& successor = members[member].successor;
    if (later && (!successor || end_of(*later) < end_of(*successor))) successor = later;
  }
}

}  // namespace

void link_renewals(std::vector<Member>& members) {
  const EndOf end_of = [&](std::size_t i) {
    return *members[i].certificate.facts().validity.not_after;
  };
  std::map<std::string_view, std::vector<std::size_t>> by_subject;
  std::map<Fingerprint, std::vector<std::size_t>> by_key;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const CertificateFacts& facts = members[i].certificate.facts();
    if (!facts.is_ca || members[i].duplicate || !facts.validity.not_after) continue;
    by_subject[facts.subject.canonical].push_back(i);
    by_key[facts.key].push_back(i);
  }
  const auto link = [&](auto& families) {
    for (auto& [name, family] : families) {
      std::stable_sort(family.begin(), family.end(),
                       [&](std::size_t a, std::size_t b) { return end_of(a) < end_of(b); });
      link_successors(family, end_of, members);
    }
  };
  link(by_subject);
  link(by_key);
}

void link_declared(const std::vector<BundleQuestion::Succession>& successions, sys_seconds now,
                   std::vector<Member>& members) {
  for (const auto& [from, to] : successions) {
    const auto end = members[from].certificate.facts().validity.not_after;
    const CertificateFacts& next = members[to].certificate.facts();
    if (!end || next.validity.not_after <= end) continue;
    if (!members[from].successor) members[from].successor = to;
    members[from].handed_over |= members[to].chains_to_anchor && is_in_force(next, now);
  }
}

}  // namespace mtls::pki::paths
