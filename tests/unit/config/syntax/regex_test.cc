#include "config/syntax/regex.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace mtls::config {

TEST_CASE("regex: a pattern matches anywhere unless it is anchored") {
  struct Case {
    std::string pattern;
    std::string text;
    syntax::Match expected;
  };
  const std::vector<Case> cases{
      {"b", "abc", syntax::Match::kYes},
      {"^b", "abc", syntax::Match::kNo},
      {"^a.c$", "abc", syntax::Match::kYes},
      {"^(?<name>a)\\1$", "aa", syntax::Match::kYes},
      {"^$", "", syntax::Match::kYes},
      {"\\.test$", "a.test", syntax::Match::kYes},
      {"\\.test$", "atest", syntax::Match::kNo},
      {"^a\\z", "a\n", syntax::Match::kNo},
      {"A", "a", syntax::Match::kNo},
      {"\xc3\xa9", "caf\xc3\xa9", syntax::Match::kYes},
      {"^.{5}$", "caf\xc3\xa9", syntax::Match::kYes},  // bytes, not characters
  };
  for (const Case& c : cases) {
    CAPTURE(c.pattern, c.text);
    const auto regex = syntax::Regex::compile(c.pattern, syntax::Letters::kExact);
    REQUIRE(regex);
    CHECK(regex->match(c.text) == c.expected);
  }
}

TEST_CASE("regex: an option of compile() decides whether case counts") {
  CHECK(syntax::Regex::compile("^ab$", syntax::Letters::kEitherCase)->match("AB") ==
        syntax::Match::kYes);
  CHECK(syntax::Regex::compile("^ab$", syntax::Letters::kExact)->match("AB") == syntax::Match::kNo);
  CHECK_FALSE(syntax::Regex::compile("a", syntax::Letters::kExact) ==
              syntax::Regex::compile("a", syntax::Letters::kEitherCase));
  CHECK(syntax::Regex::compile("a", syntax::Letters::kExact) ==
        syntax::Regex::compile("a", syntax::Letters::kExact));
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
    const auto regex = syntax::Regex::compile(pattern, syntax::Letters::kExact);
    REQUIRE_FALSE(regex);
    CHECK(regex.error().code == base::ErrorCode::kSyntax);
    CHECK(regex.error().message == message);
  }
  const auto endless =
      syntax::Regex::compile(std::string(4000, '(') + "a", syntax::Letters::kExact);
  REQUIRE_FALSE(endless);
  CHECK(endless.error().message.size() == 1024);
}

TEST_CASE("regex: a pattern that backtracks without end is undecided") {
  const auto regex = syntax::Regex::compile("^(a+)+$", syntax::Letters::kExact);
  CHECK(regex->match(std::string(20, 'a')) == syntax::Match::kYes);
  CHECK(regex->match(std::string(200, 'a') + "b") == syntax::Match::kUndecided);
}

TEST_CASE("regex: groups that capture are counted, named ones too") {
  CHECK(syntax::Regex::compile("a(?:b)", syntax::Letters::kExact)->captures() == 0);
  CHECK(syntax::Regex::compile("(a)(?<n>b)", syntax::Letters::kExact)->captures() == 2);
}

}  // namespace mtls::config
