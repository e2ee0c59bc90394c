#include "audit/refusals/missing_files.h"

#include <algorithm>

namespace mtls::audit::refusals {
namespace {

bool is_missing(const Snapshot& snapshot, const std::string& path) {
  const auto file = snapshot.material.find(path);
  return file != snapshot.material.end() && file->second->error &&
         file->second->error->code == base::ErrorCode::kMissing;
}

}  // namespace

void excuse_missing_files(Snapshot& snapshot) {
  for (auto& server : snapshot.servers) {
    auto without = std::make_shared<ServerAudit>(*server);
    std::erase_if(without->findings, [&](const Finding& finding) {
      return finding.kind == FindingKind::kBundleUnreadable && is_missing(snapshot, finding.path);
    });
    server = std::move(without);
  }
}

}  // namespace mtls::audit::refusals
