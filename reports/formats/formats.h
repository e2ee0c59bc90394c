// The formats of `check --format`, and what each of them shows. A new format is a file with its
// header and a row in formats.cc; the command line, --help and the daemon read the table. Pure.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/assessment.h"
#include "reports/comparison.h"
#include "reports/format_row.h"
#include "reports/issue.h"

namespace mtls::reports::formats {

/// Lines for a pipe; tables for a terminal, with or without colour.
enum class TextStyle { kPlain, kTable, kColour };

/// What a format shows. Most formats need the first members only.
struct Report {
  const Assessment& assessment;
  std::string host = {};  // its name, for the headline; "": it is not known
  // issues_of(assessment): what counts. With `against` only what is worse than there, which is what
  // formats without a place for a comparison show.
  std::vector<Issue> issues;
  std::vector<Issue> accepted = {};                       // accepted_issues_of(assessment)
  const Comparison* against = nullptr;                    // of the assessment and another one
  std::string against_name = {};                          // of that one, as the command line has it
  std::optional<audit::Severity> fail_on = std::nullopt;  // what --fail-on says; nullopt: never
  std::string version = {};                               // of the exporter
  std::string directory = {};  // from which paths are seen; "": they stay absolute
  /// Where a file of nginx's is on this machine; without this function: at its own path.
  std::function<std::string(const std::string& path)> here = nullptr;
  /// The metrics of the same evaluation in the text format.
  std::function<std::string()> metrics = nullptr;
  TextStyle style = TextStyle::kPlain;
  std::size_t columns = 0;  // of the terminal; 0: there is none, or it does not tell
  /// The text of a file of the configuration, for excerpts; "": it cannot be read. Without this
  /// function there are no excerpts.
  std::function<std::string(const std::string& path)> text_of = nullptr;
};

using Format = FormatRow<Report>;

/// In the order of --help. The first one is the default.
std::span<const Format> formats();

}  // namespace mtls::reports::formats
