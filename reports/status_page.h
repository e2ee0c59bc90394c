// The page at `/`: what an operator wants to see before opening Prometheus. HTML without scripts
// and without anything from other hosts. Everything from the configuration is escaped. Pure.
#pragma once

#include <string>
#include <string_view>

#include "audit/snapshot.h"

namespace mtls::reports {

struct PageLinks {
  std::string_view version;
  std::string_view telemetry_path;
};

std::string status_page(const audit::Snapshot& snapshot, const PageLinks& links);

/// What `/` shows before the first Snapshot.
std::string waiting_page(const PageLinks& links);

}  // namespace mtls::reports
