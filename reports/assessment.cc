#include "reports/assessment.h"

#include <algorithm>

namespace mtls::reports {
std::string id_text(const config::ContextId& id) {
  return std::string(word(id.module)) + "/" + id.server + "/" + id.listen;
}

std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot) {
  std::vector<audit::Finding> all = snapshot.findings;
  for (const auto& server : snapshot.servers) {
    all.insert(all.end(), server->findings.begin(), server->findings.end());
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.severity < b.severity; });
  return all;
}

}  // namespace mtls::reports
