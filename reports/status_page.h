// The page at `/`: what an operator wants to see before opening Prometheus. HTML without scripts or
// outside assets. Pure.
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

/// Before the first Snapshot.
std::string waiting_page(const PageLinks& links);

/// `&`, `<`, `>`, `"`, `'` as character references.
std::string escape_html(std::string_view text);

}  // namespace mtls::reports
