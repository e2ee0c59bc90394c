// The formats of `check --format`, and what each of them shows. A new format is a file with its
// header and a row in formats.cc; the command line, --help and the daemon read the table. Pure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "reports/assessment.h"
#include "reports/format_row.h"
#include "reports/formats/issue.h"

namespace mtls::reports::formats {

/// Lines for a pipe; tables for a terminal, with or without colour.
enum class TextStyle { kPlain, kTable, kColour };

/// What a format shows; text alone needs `style` and `text_of`.
struct Report {
  const Assessment& assessment;
  std::vector<Issue> issues;         // issues_of(assessment): what counts
  std::vector<Issue> accepted = {};  // accepted_issues_of(assessment)
  TextStyle style = TextStyle::kPlain;
  /// The text of a file of the configuration, for excerpts; "": it cannot be read. Without this
  /// function there are no excerpts.
  std::function<std::string(const std::string& path)> text_of = nullptr;
};

using Format = FormatRow<Report>;

/// In the order of --help. The first one is the default.
std::span<const Format> formats();

}  // namespace mtls::reports::formats
