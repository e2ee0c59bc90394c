#include "pki/paths/walk.h"

#include <algorithm>
#include <ranges>

namespace mtls::pki::paths {

Walk::Walk(const StoreGraph& graph, base::sys_seconds now)
    : graph_(graph),
      now_(now),
      next_(graph.certificates.size()),
      steps_(graph.certificates.size()),
      in_use_(graph.certificates.size()) {
  for (std::size_t i = 0; i < next_.size(); ++i) {
    next_[i] = graph.issuance.is_anchor[i] ? std::optional(i) : pick(graph.issuance.candidates[i]);
  }
}

bool Walk::is_in_force(std::size_t i, base::sys_seconds at) const {
  return paths::is_in_force(graph_.certificates[i]->facts(), at);
}

// X509_STORE_CTX_get1_issuer() of OpenSSL 3.0.
std::optional<std::size_t> Walk::pick(const Candidates& candidates) const {
  std::optional<std::size_t> last;
  for (const Candidate& candidate : candidates) {
    if (is_in_force(candidate.issuer, now_)) return candidate.issuer;
    const auto& end = graph_.certificates[candidate.issuer]->facts().validity.not_after;
    if (!last || end > graph_.certificates[*last]->facts().validity.not_after)
      last = candidate.issuer;
  }
  return last;
}

bool Walk::is_valid_from(std::size_t i) const {
  return graph_.reaches[i].valid.at(now_).has_value();
}

int Walk::steps_from(std::size_t i) {
  std::vector<std::size_t> path;
  while (!graph_.issuance.is_anchor[i] && !steps_[i]) {
    path.push_back(i);
    i = *next_[i];
  }
  int steps = steps_[i].value_or(0);
  for (const std::size_t below : path | std::views::reverse) steps_[below] = ++steps;
  return steps;
}

void Walk::follow(const Candidates& candidates) {
  judge_order(candidates);
  for (auto at = pick(candidates); at && !in_use_[*at]; at = next_[*at]) {
    in_use_[*at] = true;
    if (!graph_.issuance.is_anchor[*at]) judge_order(graph_.issuance.candidates[*at]);
  }
}

void Walk::follow_known(const Candidates& candidates) {
  follow(candidates);
  const auto taken = pick(candidates);
  if (!taken || !is_in_force(*taken, now_)) return;
  const CertificateFacts& facts = graph_.certificates[*taken]->facts();
  for (const Candidate& candidate : candidates) {
    const CertificateFacts& other = graph_.certificates[candidate.issuer]->facts();
    if (!other.is_ca || other.key == facts.key || !is_valid_from(candidate.issuer)) continue;
    note({.taken = *taken, .better = candidate.issuer});
    return;
  }
}

void Walk::look_ahead(const Clientele& clients) {
  const auto span = clients.valid.at(now_);
  if (!span) return;
  const auto better = std::ranges::find_if(clients.candidates, [&](const Candidate& candidate) {
    return candidate.vouches && graph_.reaches[candidate.issuer].valid.at(span->until);
  });
  const auto taken = std::ranges::find_if(clients.candidates, [&](const Candidate& candidate) {
    return is_in_force(candidate.issuer, span->until);
  });
  if (better == clients.candidates.end() || taken == clients.candidates.end()) return;
  if (!taken->vouches) return;
  note({.taken = taken->issuer, .better = better->issuer, .same_key = true, .from = span->until});
}

// Another certificate of the list would have led to an anchor.
void Walk::judge_order(const Candidates& candidates) {
  const auto taken = pick(candidates);
  const auto better = std::ranges::find_if(candidates, [&](const Candidate& candidate) {
    return candidate.vouches && is_valid_from(candidate.issuer);
  });
  if (!taken || better == candidates.end()) return;
  const CertificateFacts& facts = graph_.certificates[*taken]->facts();
  const bool same_key = facts.key == graph_.certificates[better->issuer]->facts().key;
  if (same_key && is_valid_from(*taken)) return;
  note({.taken = *taken, .better = better->issuer, .same_key = same_key, .refuses = true});
}

void Walk::note(const OrderProblem& problem) {
  const auto [known, is_new] = problems_.try_emplace({problem.taken, problem.better}, problem);
  if (!is_new && problem.refuses) known->second = problem;
}

std::vector<OrderProblem> Walk::take_problems() {
  std::vector<OrderProblem> all;
  for (const auto& [pair, problem] : problems_) all.push_back(problem);
  return all;
}

}  // namespace mtls::pki::paths
