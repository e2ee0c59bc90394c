// The page at `/`: what an operator wants to see before opening Prometheus, and at 3 a.m. HTML
// without scripts and without anything from other hosts. Everything from the configuration is
// escaped. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "audit/snapshot.h"
#include "reports/page/page_query.h"

namespace mtls::reports::page {

/// The browser is asked to load the page again after this.
inline constexpr std::chrono::seconds kRefresh{60};

struct PageLinks {
  std::string version;
  std::string telemetry_path;
  std::string host = {};  // its name; "": not known
};

/// A part of a list that is too far stands for the last one.
std::string status_page(const audit::Snapshot& snapshot, const PageLinks& links,
                        const PageQuery& query = {});

/// What `/` shows before the first Snapshot.
std::string waiting_page(const PageLinks& links);

/// What `explain` says of `question`: the id of a rule, a verify code, or a line that nginx wrote;
/// "": only the form to ask it.
std::string explain_page(const PageLinks& links, std::string_view question);

}  // namespace mtls::reports::page
