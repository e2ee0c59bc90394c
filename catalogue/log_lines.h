// What nginx writes to its error log, and answers, about certificates: the lines that can be
// explained without the configuration. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "audit/finding.h"

namespace mtls::catalogue {

struct LogLine {
  std::string_view part;       // of the line, as nginx and OpenSSL write it
  std::string_view also = {};  // must stand in it too; "" is no condition
  /// What it is a case of: its row says all that follows.
  std::optional<audit::FindingKind> finding = std::nullopt;
  // Without a finding:
  std::string_view meaning = {};
  std::string_view cause = {};  // the likeliest first
  std::string_view remedy = {};
};

/// In the order in which they are tried.
std::span<const LogLine> log_lines();

/// The first that fits; nullptr: none.
const LogLine* find_log_line(std::string_view line);

/// `verify error: (N:` in a line of the log: N, and whether it is about an upstream server.
struct LoggedCode {
  int code = 0;
  bool is_upstream = false;
};
std::optional<LoggedCode> logged_code(std::string_view line);

}  // namespace mtls::catalogue
