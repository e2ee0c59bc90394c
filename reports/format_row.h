// A format of `check` or `dump` as one row: what --format calls it, what --help says of it, what
// renders it. The tables are reports/formats/formats.cc and reports/dump/formats.cc. Pure.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace mtls::reports {

/// `Input`: what the formats of one command are made from.
template <class Input>
struct FormatRow {
  std::string_view name;  // as --format takes it; an API, like the document that `render` returns
  std::string_view help;  // a few words for --help, without a full stop
  std::string (*render)(const Input& input);  // the whole document, with its last newline
};

/// nullptr: no format has this name.
template <class Input>
const FormatRow<Input>* find_format(std::span<const FormatRow<Input>> rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, &FormatRow<Input>::name);
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace mtls::reports
