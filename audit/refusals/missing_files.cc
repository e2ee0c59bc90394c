#include "audit/refusals/missing_files.h"

#include <algorithm>

namespace mtls::audit::refusals {
namespace {

// strerror(ENOENT), which OpenSSL and nginx both print.
bool is_of_missing_file(std::string_view message) {
  return message.find("No such file or directory") != std::string_view::npos;
}

bool is_missing(const Snapshot& snapshot, const std::string& path) {
  const auto file = snapshot.material.find(path);
  return file != snapshot.material.end() && file->second->error &&
         file->second->error->code == base::ErrorCode::kMissing;
}

}  // namespace

void excuse_missing_files(Snapshot& snapshot) {
  const auto excused = std::stable_partition(
      snapshot.refusals.begin(), snapshot.refusals.end(),
      [](const NginxError& refusal) { return !is_of_missing_file(refusal.message); });
  snapshot.excused.assign(excused, snapshot.refusals.end());
  snapshot.refusals.erase(excused, snapshot.refusals.end());
  for (auto& server : snapshot.servers) {
    auto without = std::make_shared<ServerAudit>(*server);
    std::erase_if(without->findings, [&](const Finding& finding) {
      return finding.kind == FindingKind::kBundleUnreadable && is_missing(snapshot, finding.path);
    });
    server = std::move(without);
  }
}

}  // namespace mtls::audit::refusals
