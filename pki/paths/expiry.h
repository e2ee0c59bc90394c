// When trust ends, or ended. Private to pki/paths. Pure.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "pki/paths/clientele.h"

namespace mtls::pki::paths {

/// The input of ended_before().
struct Life {
  const Coverage& valid;
  std::optional<base::sys_seconds> bottleneck = {};
  std::optional<base::sys_seconds> begin = {};  // not_before
};

/// When the last valid path ended, of a certificate or CA without a valid path at `now`. A path
/// that is never valid as a whole counts with its bottleneck, and as long as that lies ahead with
/// the day it began. nullopt: nothing has ended yet.
std::optional<base::sys_seconds> ended_before(const Life& life, base::sys_seconds now);

/// Member::path_until.
std::optional<base::sys_seconds> path_until(const AnchorPath& reach,
                                            std::optional<base::sys_seconds> begin,
                                            base::sys_seconds now);

/// The first instant at which clients of a CA lose their last valid path
/// (BundleView::trust_until).
class Expiry {
 public:
  Expiry(const std::vector<Clientele>& clienteles, base::sys_seconds now);

  /// `is_in_force`: one of the CA's own certificates is.
  void add(const Clientele& clients, bool is_in_force);
  void add(std::optional<base::sys_seconds> end);

  std::optional<base::sys_seconds> first() const { return first_; }

 private:
  base::sys_seconds now_;
  std::set<std::string_view> living_subjects_;
  std::optional<base::sys_seconds> first_;
};

}  // namespace mtls::pki::paths
