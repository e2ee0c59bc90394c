#include "audit/plan.h"

namespace mtls::audit {

namespace {

std::set<std::string> whole_files(const Changes& changes) {
  std::set<std::string> whole = changes.complete;
  whole.insert(changes.rested.begin(), changes.rested.end());
  return whole;
}

}  // namespace

Plan plan(const Changes& changes, const Snapshot* previous) {
  if (previous == nullptr || changes.everything) {
    return {.read_config = true,
            .list_canaries = true,
            .read_package = true,
            .reload_all = true,
            .reload = {},
            .settled = changes.settled,
            .whole = whole_files(changes),
            .judge_all = true};
  }
  Plan next;
  next.settled = changes.settled;
  next.whole = whole_files(changes);
  for (const std::string& path : changes.paths) {
    if (previous->config->seen.contains(path)) next.read_config = true;
    if (previous->canary_patterns.contains(path)) next.list_canaries = true;
    if (previous->package_files.contains(path)) next.read_package = true;
    if (previous->material.contains(path)) next.reload.insert(path);
  }
  return next;
}

}  // namespace mtls::audit
