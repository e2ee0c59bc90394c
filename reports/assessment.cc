#include "reports/assessment.h"

#include <algorithm>

namespace mtls::reports {
namespace {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::string id_text(const config::ContextId& id) {
  return std::string(word(id.module)) + "/" + id.server + "/" + id.listen;
}

std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot) {
  std::vector<audit::Finding> all = snapshot.findings;
  for (const auto& server : snapshot.servers) append(all, server->findings);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return audit::row(a.kind).severity < audit::row(b.kind).severity;
  });
  return all;
}

std::vector<audit::Verdict> verdicts_of(const Assessment& assessment, std::size_t server) {
  std::vector<audit::Verdict> all = assessment.snapshot.servers.at(server)->verdicts;
  if (assessment.clients == nullptr) return all;
  const auto& judged = assessment.clients->servers;
  if (server < judged.size()) append(all, judged[server]->verdicts);
  return all;
}

}  // namespace mtls::reports
