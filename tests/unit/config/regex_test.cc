#include "config/regex.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace mtls::config {

TEST_CASE("regex: a pattern matches anywhere unless it is anchored") {
  struct Case {
    std::string pattern;
    std::string text;
    Match expected;
  };
  const std::vector<Case> cases{
      {"b", "abc", Match::kYes},
      {"^b", "abc", Match::kNo},
      {"^a.c$", "abc", Match::kYes},
      {"^(?<name>a)\\1$", "aa", Match::kYes},
      {"^$", "", Match::kYes},
      {"\\.test$", "a.test", Match::kYes},
      {"\\.test$", "atest", Match::kNo},
      {"^a\\z", "a\n", Match::kNo},
      {"A", "a", Match::kNo},
      {"\xc3\xa9", "caf\xc3\xa9", Match::kYes},
      {"^.{5}$", "caf\xc3\xa9", Match::kYes},  // bytes, not characters
  };
  for (const Case& c : cases) {
    CAPTURE(c.pattern, c.text);
    const auto regex = Regex::compile(c.pattern, Letters::kExact);
    REQUIRE(regex);
    CHECK(regex->match(c.text) == c.expected);
  }
}

TEST_CASE("regex: either case is a matter of how it is compiled") {
  CHECK(Regex::compile("^ab$", Letters::kEitherCase)->match("AB") == Match::kYes);
  CHECK(Regex::compile("^ab$", Letters::kExact)->match("AB") == Match::kNo);
  CHECK_FALSE(Regex::compile("a", Letters::kExact) == Regex::compile("a", Letters::kEitherCase));
  CHECK(Regex::compile("a", Letters::kExact) == Regex::compile("a", Letters::kExact));
}

TEST_CASE("regex: what PCRE2 refuses is refused in nginx's words") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"^(a", "pcre2_compile() failed: missing closing parenthesis in \"^(a\""},
      {"a[9-0]b",
       "pcre2_compile() failed: range out of order in character class in \"a[9-0]b\" at \"0]b\""},
      {"*",
       "pcre2_compile() failed: quantifier does not follow a repeatable item in \"*\" at \"*\""},
  };
  for (const auto& [pattern, message] : cases) {
    CAPTURE(pattern);
    const auto regex = Regex::compile(pattern, Letters::kExact);
    REQUIRE_FALSE(regex);
    CHECK(regex.error().code == base::ErrorCode::kSyntax);
    CHECK(regex.error().message == message);
  }
  const auto endless = Regex::compile(std::string(4000, '(') + "a", Letters::kExact);
  REQUIRE_FALSE(endless);
  CHECK(endless.error().message.size() == 1024);
}

TEST_CASE("regex: a pattern that backtracks without end is undecided") {
  const auto regex = Regex::compile("^(a+)+$", Letters::kExact);
  CHECK(regex->match(std::string(20, 'a')) == Match::kYes);
  CHECK(regex->match(std::string(200, 'a') + "b") == Match::kUndecided);
}

TEST_CASE("regex: groups that capture are counted, named ones too") {
  CHECK(Regex::compile("a(?:b)", Letters::kExact)->captures() == 0);
  CHECK(Regex::compile("(a)(?<n>b)", Letters::kExact)->captures() == 2);
}

}  // namespace mtls::config
