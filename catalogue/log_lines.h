// What nginx, openssl and curl say about certificates, explained for whoever is on call: tables,
// one row for each kind of line. Verify codes and TLS alerts have tables of their own. They know
// neither the configuration nor the files. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "audit/finding.h"

namespace mtls::catalogue {

/// A row has a finding, words of its own, or both: its words then take the place of the rule's.
struct LogLine {
  std::string_view part;       // what the line contains, as nginx and OpenSSL write it
  std::string_view also = {};  // what it must contain too; "": nothing more
  std::optional<audit::FindingKind> finding = std::nullopt;  // whose rule explains the line
  std::string_view meaning = {};
  std::string_view cause = {};  // or causes, the likeliest first
  std::string_view remedy = {};
};

/// In the order in which they are tried.
std::vector<const LogLine*> log_lines();

/// The first row that fits `line`; nullptr: none does.
const LogLine* find_log_line(std::string_view line);

}  // namespace mtls::catalogue
