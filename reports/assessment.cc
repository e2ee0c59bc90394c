#include "reports/assessment.h"

#include <algorithm>
#include <iterator>

namespace mtls::reports {
namespace {

std::vector<audit::Finding> sorted(const audit::Snapshot& snapshot, bool is_accepted) {
  std::vector<audit::Finding> all;
  std::ranges::copy_if(snapshot.findings, std::back_inserter(all), [&](const auto& finding) {
    return finding.accepted.has_value() == is_accepted;
  });
  std::ranges::stable_sort(all, {}, &audit::Finding::severity);
  return all;
}

}  // namespace

std::string id_text(const config::ContextId& id) {
  return std::string(word(id.module)) + "/" + id.server + "/" + id.listen;
}

std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot) {
  return sorted(snapshot, false);
}

std::vector<audit::Finding> accepted_findings_of(const audit::Snapshot& snapshot) {
  return sorted(snapshot, true);
}

}  // namespace mtls::reports
