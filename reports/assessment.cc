#include "reports/assessment.h"

#include <algorithm>

namespace mtls::reports {
std::string id_text(const config::ContextId& id) {
  return std::string(word(id.module)) + "/" + id.server + "/" + id.listen;
}

std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot) {
  std::vector<audit::Finding> all = snapshot.findings;
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.severity < b.severity; });
  return all;
}

}  // namespace mtls::reports
