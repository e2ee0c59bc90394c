#include "pki/paths/bundle.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "pki/paths/clientele.h"
#include "pki/paths/expiry.h"
#include "pki/paths/renewals.h"
#include "pki/paths/walk.h"

namespace mtls::pki::paths {
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

/// A name and a key, whichever certificate vouches for them.
struct Group {
  std::set<std::string_view> ca_issuers;        // canonical
  std::optional<sys_seconds> latest_not_after;  // of all its certificates, CA or not
  bool reaches = false;                         // one of them leads to an anchor
  std::size_t cas = 0;                          // how many of them are CAs
};

using GroupKey = std::pair<std::string_view, Fingerprint>;  // canonical subject, key
using Groups = std::map<GroupKey, Group>;

GroupKey group_key(const CertificateFacts& facts) { return {facts.subject.canonical, facts.key}; }

Groups group(const StoreGraph& graph) {
  Groups groups;
  for (std::size_t i = 0; i < graph.certificates.size(); ++i) {
    const CertificateFacts& facts = graph.certificates[i]->facts();
    Group& group = groups[group_key(facts)];
    group.latest_not_after = std::max(group.latest_not_after, facts.validity.not_after);
    if (!facts.is_ca) continue;
    ++group.cas;
    group.ca_issuers.insert(facts.issuer.canonical);
    group.reaches = group.reaches || graph.reaches[i].reaches;
  }
  return groups;
}

Role role_of(const CertificateFacts& facts, const Group& group) {
  if (!facts.is_ca) return Role::kLeaf;
  if (facts.self_signed) return Role::kRoot;
  return group.ca_issuers.size() > 1 ? Role::kCross : Role::kIntermediate;
}

// By distinct certificate: whether it is one of the first `issuing` of the store, or a path of one
// of those can lead over it.
std::vector<bool> serving(const Distinct& distinct, const Issuance& issuance, std::size_t issuing) {
  std::vector<std::vector<std::size_t>> issuers(distinct.certificates.size());
  for (std::size_t issuer = 0; issuer < issuance.issued.size(); ++issuer) {
    for (const auto& [child, taken] : issuance.issued[issuer]) issuers[child].push_back(issuer);
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

/// The evaluation of one store at one instant.
class Evaluation {
 public:
  Evaluation(const std::vector<Certificate>& store, sys_seconds now, const BundleQuestion& question)
      : store_(store),
        now_(now),
        question_(question),
        distinct_(without_repetitions(store)),
        matcher_(distinct_.certificates),
        graph_{.certificates = distinct_.certificates,
               .issuance = match_issuers(distinct_.certificates, matcher_),
               .reaches = {}} {
    graph_.reaches = follow_paths(distinct_.certificates, graph_.issuance);
    clienteles_ = find_clienteles(graph_, matcher_, issuing());
    walk_.emplace(graph_, now);
  }

  BundleView view() {
    walk_paths();
    BundleView view;
    view.clients = follow_clients();
    view.members = members();
    link_renewals(view.members);
    link_declared(question_.successions, now_, view.members);
    view.trust_until = trust_until();
    view.depth_required = depth_required();
    view.order_problems = order_problems();
    return view;
  }

 private:
  struct Known {
    Candidates candidates;
    std::size_t issuer;  // in the graph
  };

  std::vector<bool> issuing() const {
    std::vector<bool> issuing(distinct_.certificates.size());
    for (std::size_t i = 0; i < issuing.size(); ++i)
      issuing[i] = distinct_.first_at[i] < question_.issuing;
    return issuing;
  }

  const CertificateFacts& facts(std::size_t i) const { return distinct_.certificates[i]->facts(); }

  // One of the CA's own certificates is.
  bool is_in_force(const Clientele& clients) const {
    return std::ranges::any_of(clients.candidates, [&](const Candidate& candidate) {
      return candidate.vouches && paths::is_in_force(facts(candidate.issuer), now_);
    });
  }

  // The CAs whose declared successor is in force.
  std::set<GroupKey> handed_over() const {
    std::set<GroupKey> cas;
    for (const auto& [from, to] : question_.successions) {
      const bool reaches = graph_.reaches[distinct_.position[to]].reaches;
      if (reaches && paths::is_in_force(store_[to].facts(), now_))
        cas.insert(group_key(store_[from].facts()));
    }
    return cas;
  }

  // A CA that has ended, and whose name lives on or whose successor is declared, has handed its
  // clients over.
  void walk_paths() {
    const std::set<GroupKey> successors = handed_over();
    std::set<std::string_view> living;
    for (const Clientele& clients : clienteles_) {
      if (is_in_force(clients)) living.insert(clients.subject);
    }
    for (const Clientele& clients : clienteles_) {
      if (!clients.issuing) continue;
      const bool has_heir =
          living.contains(clients.subject) || successors.contains({clients.subject, clients.key});
      if (!is_in_force(clients) && has_heir) continue;
      walk_->follow(clients.candidates);
      walk_->look_ahead(clients);
    }
  }

  std::vector<ClientPath> follow_clients() {
    std::vector<ClientPath> paths;
    for (const std::vector<Certificate>& sent : question_.clients) {
      ClientPath path;
      StoreEntry entry = sent.empty() ? StoreEntry{} : find_entry(sent, matcher_);
      const auto issuer = walk_->pick(entry.candidates);
      if (issuer) {
        path = {.below = *entry.certificate, .issuer = distinct_.first_at[*issuer]};
        if (paths::is_in_force(sent.front().facts(), now_) &&
            paths::is_in_force(entry.certificate->facts(), now_)) {
          walk_->follow_known(entry.candidates);
          known_.push_back({.candidates = std::move(entry.candidates), .issuer = *issuer});
        }
      }
      paths.push_back(std::move(path));
    }
    return paths;
  }

  // Member::pinned, in the graph.
  std::vector<bool> find_pinned(const Groups& groups) const {
    std::vector<bool> pinned(distinct_.certificates.size());
    const auto look = [&](const Candidates& candidates) {
      std::map<GroupKey, std::vector<std::size_t>> fitting;
      for (const Candidate& candidate : candidates) {
        if (candidate.vouches)
          fitting[group_key(facts(candidate.issuer))].push_back(candidate.issuer);
      }
      for (const auto& [ca, certificates] : fitting) {
        if (certificates.size() == groups.at(ca).cas) continue;
        for (const std::size_t i : certificates) pinned[i] = true;
      }
    };
    for (std::size_t i = 0; i < distinct_.certificates.size(); ++i) {
      if (walk_->in_use()[i]) look(graph_.issuance.candidates[i]);
    }
    for (const Known& known : known_) look(known.candidates);
    return pinned;
  }

  std::vector<Member> members() const {
    const std::vector<bool> serves = serving(distinct_, graph_.issuance, question_.issuing);
    const Groups groups = group(graph_);
    const std::vector<bool> pinned = find_pinned(groups);
    std::vector<Member> members;
    for (std::size_t i = 0; i < store_.size(); ++i) {
      const CertificateFacts& facts = store_[i].facts();
      const Group& group = groups.at(group_key(facts));
      const std::size_t at = distinct_.position[i];
      const AnchorPath& reach = graph_.reaches[at];
      const auto next = walk_->next()[at];
      const bool in_use = walk_->in_use()[at];
      members.push_back({.certificate = store_[i],
                         .role = role_of(facts, group),
                         .chains_to_anchor = reach.reaches,
                         .superseded = facts.validity.not_after < group.latest_not_after,
                         .duplicate = distinct_.duplicate[i],
                         .path_until = path_until(reach, facts.validity.not_before, now_),
                         .has_valid_path = walk_->is_valid_from(at),
                         .successor = {},
                         .serves_issuing = serves[at],
                         .in_use = in_use,
                         .pinned = pinned[at],
                         .issuer = next ? std::optional(distinct_.first_at[*next]) : std::nullopt,
                         .spared = !reach.reaches && group.reaches && facts.is_ca && !in_use,
                         .intermediates_needed = reach.steps});
    }
    return members;
  }

  // With what its declared successors cover.
  Coverage with_successors(const Clientele& clients) const {
    Coverage valid = clients.valid;
    for (const auto& [from, to] : question_.successions) {
      if (group_key(store_[from].facts()) != GroupKey{clients.subject, clients.key}) continue;
      for (const Clientele& next : clienteles_) {
        if (group_key(store_[to].facts()) == GroupKey{next.subject, next.key})
          valid.unite(next.valid);
      }
    }
    return valid;
  }

  // When the last of a CA's clients loses its path, of those that have one.
  std::map<GroupKey, sys_seconds> until_by_ca() const {
    std::map<GroupKey, sys_seconds> until;
    for (const Clientele& clients : clienteles_) {
      const auto span = clients.valid.at(now_);
      if (!span) continue;
      sys_seconds& last = until[{clients.subject, clients.key}];
      last = std::max(last, span->until);
    }
    return until;
  }

  // When another certificate took the place of the one that would accept these clients now.
  std::optional<sys_seconds> overshadowed_since(const Clientele& clients) const {
    const auto taken = walk_->pick(clients.candidates);
    if (!taken || !clients.issuing || clients.valid.at(now_)) return std::nullopt;
    const bool would_be_accepted = std::ranges::any_of(clients.candidates, [&](const auto& one) {
      return one.vouches && walk_->is_valid_from(one.issuer);
    });
    return would_be_accepted ? facts(*taken).validity.not_before : std::nullopt;
  }

  std::optional<sys_seconds> trust_until() const {
    Expiry expiry(clienteles_, now_);
    for (const Clientele& clients : clienteles_) {
      Clientele extended = clients;
      if (!question_.successions.empty()) extended.valid = with_successors(clients);
      expiry.add(extended, is_in_force(clients));
      expiry.add(overshadowed_since(clients));
    }
    const std::map<GroupKey, sys_seconds> ends = until_by_ca();
    for (const Known& known : known_) {
      const auto ca_end = ends.find(group_key(facts(known.issuer)));
      if (ca_end == ends.end()) continue;
      const Coverage valid = coverage_of(known.candidates, graph_.reaches);
      const auto span = valid.at(now_);
      const auto end = span ? std::optional(span->until) : ended_before({.valid = valid}, now_);
      if (end < std::optional(ca_end->second)) expiry.add(end);
    }
    return expiry.first();
  }

  std::optional<int> depth_required() {
    std::optional<int> depth;
    for (const Clientele& clients : clienteles_) {
      const auto taken = walk_->pick(clients.candidates);
      if (taken && clients.valid.at(now_)) {
        depth = std::max(depth, std::optional(walk_->steps_from(*taken)));
        continue;
      }
      for (const Candidate& candidate : clients.candidates) {
        const AnchorPath& reach = graph_.reaches[candidate.issuer];
        if (candidate.vouches && reach.reaches) depth = std::max(depth, std::optional(reach.steps));
      }
    }
    return depth;
  }

  std::vector<OrderProblem> order_problems() {
    std::vector<OrderProblem> problems = walk_->take_problems();
    for (OrderProblem& problem : problems) {
      problem.taken = distinct_.first_at[problem.taken];
      problem.better = distinct_.first_at[problem.better];
    }
    return problems;
  }

  const std::vector<Certificate>& store_;
  sys_seconds now_;
  const BundleQuestion& question_;
  Distinct distinct_;
  Matcher matcher_;
  StoreGraph graph_;
  std::vector<Clientele> clienteles_;
  std::optional<Walk> walk_;
  std::vector<Known> known_;
};

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
  return view_bundle(store, now, {.issuing = store.size()});
}

BundleView view_bundle(const std::vector<Certificate>& store, sys_seconds now,
                       const BundleQuestion& question) {
  return Evaluation(store, now, question).view();
}

}  // namespace mtls::pki::paths
