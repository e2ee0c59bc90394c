#include "audit/rules/registry.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace mtls::audit::rules {

TEST_CASE("rules: a kind has one row, which is found by kind and by id") {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < all_rules().size(); ++i) {
    const Rule& rule = *all_rules()[i];
    INFO(rule.id);
    CHECK(rule.kind == static_cast<FindingKind>(i));
    CHECK(&rule_of(rule.kind) == &rule);
    CHECK(find_rule(rule.id) == &rule);
    CHECK(seen.insert(rule.id).second);
  }
  CHECK(find_rule("ca-expire") == nullptr);
}

TEST_CASE("rules: every id is a heading of docs/findings.md, under its severity") {
  std::ifstream document(FINDINGS_DOCUMENT);
  REQUIRE(document);
  std::map<std::string, std::string> chapter_of;
  std::string chapter;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("# ")) chapter = line.substr(2);
    if (line.starts_with("## ")) chapter_of[line.substr(3)] = chapter;
  }
  for (const Rule* rule : all_rules()) {
    std::string severity(word(rule->severity));
    severity.front() = static_cast<char>(severity.front() - 'a' + 'A');
    INFO(rule->id);
    CHECK(chapter_of[std::string(rule->id)] == severity);
  }
  CHECK(chapter_of.size() == all_rules().size());
}

TEST_CASE("rules: docs/commands.md lists those that one edit mends, and no other") {
  std::ifstream document(COMMANDS_DOCUMENT);
  REQUIRE(document);
  std::string text;
  bool is_inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("#")) is_inside = line == "#### Fixable findings";
    if (is_inside) text += line;
  }
  text = text.substr(0, text.find("It is false"));
  for (const Rule* rule : all_rules()) {
    INFO(rule->id);
    const bool is_listed = text.find("`" + std::string(rule->id) + "`") != std::string::npos;
    CHECK(is_listed == rule->edit.has_value());
  }
}

TEST_CASE("rules: meaning and remedy are sentences, an edit names a directive") {
  for (const Rule* rule : all_rules()) {
    INFO(rule->id);
    CHECK(rule->meaning.ends_with('.'));
    CHECK(rule->remedy.ends_with('.'));
    if (!rule->edit) continue;
    CHECK_FALSE(rule->edit->directive.empty());
  }
}

}  // namespace mtls::audit::rules
