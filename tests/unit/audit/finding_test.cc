#include "audit/finding.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace mtls::audit {

TEST_CASE("findings: the row of a kind is its own, and no id stands twice") {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < finding_table().size(); ++i) {
    const auto kind = static_cast<FindingKind>(i);
    CHECK(row(kind).kind == kind);
    CHECK(finding_table()[i].kind == kind);
    CHECK(seen.insert(row(kind).id).second);
  }
}

TEST_CASE("findings: every id is a heading of docs/findings.md, under its severity") {
  std::ifstream document(FINDINGS_DOCUMENT);
  REQUIRE(document);
  std::map<std::string, std::string> chapter_of;
  std::string chapter;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("# ")) chapter = line.substr(2);
    if (line.starts_with("## ")) chapter_of[line.substr(3)] = chapter;
  }
  for (const FindingRow& row : finding_table()) {
    std::string severity(word(row.severity));
    severity.front() = static_cast<char>(severity.front() - 'a' + 'A');
    INFO(row.id);
    CHECK(chapter_of[std::string(row.id)] == severity);
  }
  CHECK(chapter_of.size() == finding_table().size());
}

TEST_CASE("findings: docs/commands.md lists those that are fixable, and no other") {
  std::ifstream document(COMMANDS_DOCUMENT);
  REQUIRE(document);
  std::string text;
  bool is_inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("#")) is_inside = line == "#### Fixable findings";
    if (is_inside) text += line;
  }
  text = text.substr(0, text.find("It is false"));
  for (const FindingRow& row : finding_table()) {
    INFO(row.id);
    const bool is_listed = text.find("`" + std::string(row.id) + "`") != std::string::npos;
    CHECK(is_listed == is_fixable(row.kind));
  }
}

TEST_CASE("findings: a rule is found by its id, a severity by its word") {
  for (const FindingRow& row : finding_table()) CHECK(find_finding(row.id) == &row);
  CHECK(find_finding("ca-expire") == nullptr);
  for (const Severity severity : {Severity::kCritical, Severity::kWarning, Severity::kInfo})
    CHECK(parse_severity(word(severity)) == severity);
  CHECK_FALSE(parse_severity("Critical"));
}

}  // namespace mtls::audit
