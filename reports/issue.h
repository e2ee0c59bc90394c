// An issue: a finding as every format of `check` prints it, with the words of its rule and its
// place in the configuration looked up. A format needs nothing else to list what is wrong. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/assessment.h"

namespace mtls::reports {

/// A place in the text of the configuration.
struct FilePosition {
  std::string file;          // as nginx opens it
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in bytes; 0: the whole line

  auto operator<=>(const FilePosition&) const = default;
};

/// `FILE:LINE`, printable; FILE alone without a line.
std::string written(const FilePosition& position);

/// Texts are raw: each format escapes what its readers could take for something else.
struct Issue {
  audit::FindingKind kind{};
  audit::Severity severity{};            // as the settings want it
  std::string_view rule;                 // the id, a heading of docs/findings.md
  std::string server;                    // id_text() of the server block; "": of the whole host
  std::optional<FilePosition> position;  // nullopt: no line of the configuration causes it
  std::string path;                      // of the certificate, CA or CRL file concerned, or ""
  std::string message;                   // what is wrong here, one sentence
  std::string_view meaning;              // what that leads to, the same for each issue of the rule
  std::string remedy;                    // what to do about it
  audit::Effect effect{};                // what comes of it
  bool is_fixable = false;               // one edit of the configuration repairs it
  std::optional<audit::Acceptance> accepted = std::nullopt;

  bool operator==(const Issue&) const = default;
};

/// `check CA_BUNDLE` reads no configuration: there is no place that the reader could look up.
bool has_places(const Assessment& assessment);

/// One issue for each finding that counts, the worst first, else in the order of the findings.
std::vector<Issue> issues_of(const Assessment& assessment);
/// One for each that is accepted, in the same order.
std::vector<Issue> accepted_issues_of(const Assessment& assessment);

/// `issues`, and the refusals of nginx that the settings silence: what nginx refuses is told to
/// people whatever they say.
std::vector<Issue> issues_to_tell(const Assessment& assessment, std::vector<Issue> issues);

}  // namespace mtls::reports
