// What every table of formats must be, and the formats that docs/commands.md lists of a command.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "reports/format_row.h"

namespace mtls::reports::fixture {

/// The names behind `--format` in the chapter `## COMMAND`.
inline std::set<std::string> documented_formats(const std::string& command) {
  constexpr std::string_view kFlag = "`--format ";
  std::ifstream document(COMMANDS_DOCUMENT);
  REQUIRE(document);
  std::set<std::string> names;
  bool is_inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("## ")) is_inside = line == "## " + command;
    if (!is_inside) continue;
    for (auto at = line.find(kFlag); at != std::string::npos; at = line.find(kFlag, at + 1)) {
      const auto begin = at + kFlag.size();
      names.insert(line.substr(begin, line.find('`', begin) - begin));
    }
  }
  return names;
}

/// Each row has a name, a help and a document; no name stands twice; the page lists these formats.
template <class Report>
void check_formats(std::span<const FormatRow<Report>> rows, const Report& report,
                   const std::string& command) {
  std::set<std::string> names;
  for (const FormatRow<Report>& row : rows) {
    CAPTURE(row.name);
    CHECK_FALSE(row.name.empty());
    CHECK_FALSE(row.help.empty());
    CHECK_FALSE(row.help.ends_with('.'));
    CHECK(names.emplace(row.name).second);
    CHECK(find_format(rows, row.name) == &row);
    const std::string document = row.render(report);
    CHECK(document.size() > 1);
    CHECK(document.ends_with('\n'));
  }
  CHECK(find_format(rows, "xml") == nullptr);
  CHECK(find_format(rows, "") == nullptr);
  CHECK(names == documented_formats(command));
}

}  // namespace mtls::reports::fixture
