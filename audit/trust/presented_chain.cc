#include "audit/trust/presented_chain.h"

#include <map>
#include <string_view>

namespace mtls::audit::trust {

std::vector<const pki::Certificate*> path_of(const std::vector<pki::Certificate>& presented) {
  std::map<std::string_view, const pki::Certificate*> by_subject;  // canonical; the first wins
  for (const pki::Certificate& one : presented)
    by_subject.try_emplace(one.facts().subject.canonical, &one);
  std::vector<const pki::Certificate*> path{&presented.front()};
  while (path.size() < presented.size() && !path.back()->facts().self_issued) {
    const auto issuer = by_subject.find(path.back()->facts().issuer.canonical);
    if (issuer == by_subject.end()) break;
    path.push_back(issuer->second);
  }
  return path;
}

}  // namespace mtls::audit::trust
