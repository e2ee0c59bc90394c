// What nginx says about certificates in its error log and in its answers, explained for whoever is
// on call: a table, one row for each kind of line. It knows neither the configuration nor the
// files. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "audit/finding.h"

namespace mtls::catalogue {

struct LogLine {
  std::string_view part;       // what the line contains, as nginx and OpenSSL write it
  std::string_view also = {};  // what it must contain too; "": nothing more
  /// The rule whose finding has the explanation; nullopt: it is in the fields that follow.
  std::optional<audit::FindingKind> finding = std::nullopt;
  std::string_view meaning = {};
  std::string_view cause = {};  // or causes, the likeliest first
  std::string_view remedy = {};
};

/// In the order in which they are tried.
std::span<const LogLine> log_lines();

/// The first row that fits `line`; nullptr: none does.
const LogLine* find_log_line(std::string_view line);

/// The verify code N in a log line `client SSL certificate verify error: (N:reason)`.
struct LoggedCode {
  int code = 0;
  bool is_upstream = false;  // `upstream SSL ...`: the certificate of a backend was refused
};
/// nullopt: the line has no verify code.
std::optional<LoggedCode> logged_code(std::string_view line);

}  // namespace mtls::catalogue
