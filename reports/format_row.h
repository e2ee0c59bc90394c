// A format of `check` or `dump` as one row: what --format calls it, what --help says of it, what
// renders it. The tables are reports/formats/formats.cc and reports/dump/formats.cc. Pure.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace mtls::reports {

/// `Report`: what the formats of one command show.
template <class Report>
struct FormatRow {
  std::string_view name;  // as --format takes it; an API, like the document that `render` returns
  std::string_view help;  // a few words for --help, without a full stop
  std::string (*render)(const Report& report);       // the whole document, with its last newline
  int (*exit_code)(const Report& report) = nullptr;  // nullptr: the command's own exit codes
};

/// nullptr: no format has this name.
template <class Report>
const FormatRow<Report>* find_format(std::span<const FormatRow<Report>> rows,
                                     std::string_view name) {
  const auto row = std::ranges::find(rows, name, &FormatRow<Report>::name);
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace mtls::reports
