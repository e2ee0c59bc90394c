#include "pki/bundle.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "pki/issuance.h"

namespace mtls::pki {
namespace {

using base::sys_seconds;

/// The certificates of a store without repetitions: of several equal ones OpenSSL keeps the first.
struct Distinct {
  std::vector<const Certificate*> certificates;
  std::vector<std::size_t> position;  // member -> index into `certificates`
  std::vector<bool> duplicate;        // by member
  std::vector<std::size_t> first_at;  // index into `certificates` -> its first member
};

Distinct without_repetitions(const std::vector<Certificate>& store) {
  Distinct distinct;
  std::map<Fingerprint, std::size_t> seen;
  for (const Certificate& certificate : store) {
    const auto [entry, fresh] =
        seen.try_emplace(certificate.facts().fingerprint, distinct.certificates.size());
    if (fresh) {
      distinct.first_at.push_back(distinct.position.size());
      distinct.certificates.push_back(&certificate);
    }
    distinct.position.push_back(entry->second);
    distinct.duplicate.push_back(!fresh);
  }
  return distinct;
}

/// A CA as its clients' certificates see it: a name and a key, whichever certificate of the CA
/// vouches for them.
struct Group {
  std::set<std::string_view> ca_issuers;        // canonical
  std::optional<sys_seconds> latest_not_after;  // of all its certificates, CA or not
  // When a path of one of its CA certificates is valid.
  Coverage valid;
  std::optional<sys_seconds> bottleneck;  // the largest one of its CA certificates
  std::optional<sys_seconds> begin;       // the earliest not_before of its CA certificates
  // One of its CA certificates is among the issuing ones.
  bool issuing = false;
};

using GroupKey = std::pair<std::string_view, Fingerprint>;  // canonical subject, key
using Groups = std::map<GroupKey, Group>;

GroupKey group_key(const CertificateFacts& facts) { return {facts.subject.canonical, facts.key}; }

Groups group(const Distinct& distinct, const std::vector<AnchorPath>& reaches,
             std::size_t issuing) {
  Groups groups;
  // United at the end, because a CA may have been renewed often.
  std::map<GroupKey, std::vector<Span>> spans;
  for (std::size_t i = 0; i < distinct.certificates.size(); ++i) {
    const CertificateFacts& facts = distinct.certificates[i]->facts();
    Group& group = groups[group_key(facts)];
    group.latest_not_after = std::max(group.latest_not_after, facts.validity.not_after);
    if (!facts.is_ca) continue;
    group.issuing |= distinct.first_at[i] < issuing;
    group.ca_issuers.insert(facts.issuer.canonical);
    const std::vector<Span>& more = reaches[i].valid.spans();
    std::vector<Span>& all = spans[group_key(facts)];
    all.insert(all.end(), more.begin(), more.end());
    group.bottleneck = std::max(group.bottleneck, reaches[i].bottleneck);
    if (!group.begin || facts.validity.not_before < group.begin)
      group.begin = facts.validity.not_before;
  }
  for (auto& [key, all] : spans) groups[key].valid = Coverage(std::move(all));
  return groups;
}

Role role_of(const CertificateFacts& facts, const Group& group) {
  if (!facts.is_ca) return Role::kLeaf;
  if (facts.self_signed) return Role::kRoot;
  return group.ca_issuers.size() > 1 ? Role::kCross : Role::kIntermediate;
}

/// The input of ended_before().
struct Life {
  const Coverage& valid;
  std::optional<sys_seconds> bottleneck;
  std::optional<sys_seconds> begin;  // not_before
};

// When the last valid path ended, of a certificate or group without a valid path at `now`. A path
// that is never valid as a whole counts with its bottleneck, and as long as that lies ahead with
// the day it began. nullopt: nothing has ended yet.
std::optional<sys_seconds> ended_before(const Life& life, sys_seconds now) {
  std::optional<sys_seconds> last;
  for (const Span& span : life.valid.spans()) {
    if (span.until <= now) last = span.until;
  }
  if (last || !life.valid.spans().empty() || !life.bottleneck) return last;
  if (*life.bottleneck <= now) return life.bottleneck;
  return life.begin && *life.begin <= now ? life.begin : std::nullopt;
}

std::optional<sys_seconds> path_until(const AnchorPath& reach, std::optional<sys_seconds> begin,
                                      sys_seconds now) {
  if (const auto span = reach.valid.at(now)) return span->until;
  const Life life{.valid = reach.valid, .bottleneck = reach.bottleneck, .begin = begin};
  if (const auto end = ended_before(life, now)) return end;
  if (reach.valid.spans().empty()) return std::nullopt;
  return reach.valid.spans().front().until;
}

std::optional<sys_seconds> trust_until(const Groups& groups, sys_seconds now) {
  std::set<std::string_view> living_subjects;
  for (const auto& [key, group] : groups) {
    if (group.valid.at(now)) living_subjects.insert(key.first);
  }
  std::optional<sys_seconds> first;
  for (const auto& [key, group] : groups) {
    if (!group.issuing) continue;
    const auto span = group.valid.at(now);
    if (!span && living_subjects.contains(key.first)) continue;
    const Life life{.valid = group.valid, .bottleneck = group.bottleneck, .begin = group.begin};
    const auto end = span ? std::optional(span->until) : ended_before(life, now);
    if (end && (!first || *end < *first)) first = end;
  }
  return first;
}

std::optional<int> depth_required(const std::vector<Member>& members) {
  std::optional<int> depth;
  for (const Member& member : members) {
    if (member.role == Role::kLeaf || !member.chains_to_anchor) continue;
    depth = std::max(depth, std::optional(member.intermediates_needed));
  }
  return depth;
}

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

// Links each CA certificate to the one that renews it. A renewed CA keeps its name, its key or
// both.
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

// By distinct certificate: whether it is one of the first `issuing` of the store, or a path of one
// of those can lead over it.
std::vector<bool> serving(const Distinct& distinct, const Issuance& issuance, std::size_t issuing) {
  std::vector<std::vector<std::size_t>> issuers(distinct.certificates.size());
  for (std::size_t issuer = 0; issuer < issuance.issued.size(); ++issuer) {
    for (const std::size_t child : issuance.issued[issuer]) issuers[child].push_back(issuer);
  }
  std::vector<bool> serves(distinct.certificates.size());
  std::vector<std::size_t> waiting;
  const auto reach = [&](std::size_t i) {
    if (serves[i]) return;
    serves[i] = true;
    waiting.push_back(i);
  };
  for (std::size_t member = 0; member < issuing; ++member) reach(distinct.position[member]);
  while (!waiting.empty()) {
    const std::size_t child = waiting.back();
    waiting.pop_back();
    for (const std::size_t issuer : issuers[child]) reach(issuer);
  }
  return serves;
}

}  // namespace

std::string_view word(Role role) {
  switch (role) {
    case Role::kRoot: return "root";
    case Role::kIntermediate: return "intermediate";
    case Role::kCross: return "cross";
    case Role::kLeaf: break;
  }
  return "leaf";
}

BundleView view_bundle(const std::vector<Certificate>& store, sys_seconds now) {
  return view_bundle(store, now, store.size());
}

BundleView view_bundle(const std::vector<Certificate>& store, sys_seconds now,
                       std::size_t issuing) {
  const Distinct distinct = without_repetitions(store);
  const Issuance issuance = match_issuers(distinct.certificates);
  const std::vector<AnchorPath> reaches = follow_paths(distinct.certificates, issuance);
  const std::vector<bool> serves = serving(distinct, issuance, issuing);
  const Groups groups = group(distinct, reaches, issuing);

  BundleView view;
  for (std::size_t i = 0; i < store.size(); ++i) {
    const CertificateFacts& facts = store[i].facts();
    const Group& group = groups.at(group_key(facts));
    const AnchorPath& reach = reaches[distinct.position[i]];
    view.members.push_back({.certificate = store[i],
                            .role = role_of(facts, group),
                            .chains_to_anchor = reach.reaches,
                            .superseded = facts.validity.not_after < group.latest_not_after,
                            .duplicate = distinct.duplicate[i],
                            .path_until = path_until(reach, facts.validity.not_before, now),
                            .successor = {},
                            .serves_issuing = serves[distinct.position[i]],
                            .intermediates_needed = reach.steps});
  }
  link_renewals(view.members);
  view.trust_until = trust_until(groups, now);
  view.depth_required = depth_required(view.members);
  return view;
}

}  // namespace mtls::pki
