// The paths that OpenSSL takes through a trust store at one instant. It never goes back: of several
// issuers it takes the first that is in force, and where that one leads nowhere, the client is
// refused (R9.11 to R9.13). Private to pki/. Pure.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "pki/paths/bundle.h"
#include "pki/paths/clientele.h"

namespace mtls::pki::paths {

class Walk {
 public:
  /// Keeps a reference to `graph`.
  Walk(const StoreGraph& graph, base::sys_seconds now);

  /// Which of the candidates OpenSSL takes: the first in force, else the one that ended last.
  std::optional<std::size_t> pick(const Candidates& candidates) const;
  /// Whom it takes above a certificate of the store; an anchor stands above itself.
  const std::vector<std::optional<std::size_t>>& next() const { return next_; }
  /// Whether the path that it takes from this certificate upwards is valid.
  bool is_valid_from(std::size_t i) const;
  /// How many certificates below the anchor are on that path, itself included. REQUIRES:
  /// is_valid_from(i).
  int steps_from(std::size_t i);

  /// Follows the path of a client with these candidates, and notes what it leads over and where
  /// the order of the store is the trouble.
  void follow(const Candidates& candidates);
  /// The same, for a client that exists.
  void follow_known(const Candidates& candidates);
  /// Notes at which later instant the order of the store will be the trouble.
  void look_ahead(const Clientele& clients);

  const std::vector<bool>& in_use() const { return in_use_; }
  /// Indices into the graph's certificates. Each pair once.
  std::vector<OrderProblem> take_problems();

 private:
  bool is_in_force(std::size_t i, base::sys_seconds at) const;
  void judge_order(const Candidates& candidates);
  void note(const OrderProblem& problem);

  const StoreGraph& graph_;
  base::sys_seconds now_;
  std::vector<std::optional<std::size_t>> next_;
  std::vector<std::optional<int>> steps_;
  std::vector<bool> in_use_;
  std::map<std::pair<std::size_t, std::size_t>, OrderProblem> problems_;
};

}  // namespace mtls::pki::paths
