#include "config/syntax/lexer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mtls::config {
namespace {

using Kind = syntax::Token::Kind;
using Words = std::vector<std::string>;

std::string place(base::SourceLocation at) {
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

// Words as `<text>`, punctuation as it is, `$` for the end, and a complaint with its line.
Words lex(std::string_view text) {
  syntax::Lexer lexer(text, base::FileId{0});
  Words out;
  while (true) {
    const auto token = lexer.next();
    if (!token) {
      out.push_back(token.error().message + " @" + std::to_string(token.error().at->line));
      return out;
    }
    switch (token->kind) {
      case Kind::kWord: out.push_back("<" + token->word.text + ">"); break;
      case Kind::kSemicolon: out.emplace_back(";"); break;
      case Kind::kOpen: out.emplace_back("{"); break;
      case Kind::kClose: out.emplace_back("}"); break;
      case Kind::kEnd: out.emplace_back("$"); return out;
    }
  }
}

std::vector<syntax::Token> tokens(std::string_view text) {
  syntax::Lexer lexer(text, base::FileId{0});
  std::vector<syntax::Token> out;
  for (auto token = lexer.next(); token; token = lexer.next()) {
    out.push_back(*token);
    if (token->kind == Kind::kEnd) break;
  }
  return out;
}

struct Case {
  std::string text;
  Words expected;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(lex(text) == expected);
  }
}

std::string a(std::size_t count) { return std::string(count, 'a'); }

}  // namespace

TEST_CASE("lexer: space, tab, CR and LF separate words, every other byte belongs to one") {
  check({{"", {"$"}},
         {"a b\tc\rd\ne;", {"<a>", "<b>", "<c>", "<d>", "<e>", ";", "$"}},
         {"a\fb\vc;", {"<a\fb\vc>", ";", "$"}},
         {"a\xC2\xA0"
          "b;",
          {"<a\xC2\xA0"
           "b>",
           ";", "$"}},
         {std::string("a\0b;", 4), {std::string("<a\0b>", 5), ";", "$"}},
         {"\xEF\xBB\xBFuser;", {"<\xEF\xBB\xBFuser>", ";", "$"}}});
}

TEST_CASE("lexer: brace, semicolon and quote count only where nginx looks for them") {
  check({{"a{b;}", {"<a>", "{", "<b>", ";", "}", "$"}},
         {"return 200 a}b;", {"<return>", "<200>", "<a}b>", ";", "$"}},
         {"listen 80};", {"<listen>", "<80}>", ";", "$"}},
         {"a\"b\"c;", {"<a\"b\"c>", ";", "$"}},
         {"a\"b c\";", {"<a\"b>", "<c\">", ";", "$"}},
         {"a #b\nc;", {"<a>", "<c>", ";", "$"}},
         {"a#b;", {"<a#b>", ";", "$"}},
         {"a # { \" '\n;", {"<a>", ";", "$"}},
         {"# x\ry;\n", {"$"}},
         {"a ${b}c;", {"<a>", "<${b}c>", ";", "$"}},
         {"a ${{b;", {"<a>", "<${{b>", ";", "$"}},
         {"a ${b c};", {"<a>", "<${b>", "<c}>", ";", "$"}},
         {"a $b{", {"<a>", "<$b>", "{", "$"}},
         {"a \"${\";", {"<a>", "<${>", ";", "$"}},
         {"a \"\" '';", {"<a>", "<>", "<>", ";", "$"}},
         {"a \"x\ny\r\nz\";", {"<a>", "<x\ny\r\nz>", ";", "$"}},
         {"if (\"$a\" = \"x\"){", {"<if>", "<(\"$a\">", "<=>", "<x>", "<)>", "{", "$"}},
         {"if ('x') {", {"<if>", "<('x')>", "{", "$"}},
         {"a 'x');", {"<a>", "<x>", "<)>", ";", "$"}}});
}

TEST_CASE("lexer: escapes are the same in bare and quoted words, and hide what follows") {
  check({{R"(a \"\'\\;)", {"<a>", "<\"'\\>", ";", "$"}},
         {R"(a x\t\r\ny;)", {"<a>", "<x\t\r\ny>", ";", "$"}},
         {R"(a \d\.\x\$\{;)", {"<a>", R"(<\d\.\x\$\{>)", ";", "$"}},
         {R"(a b\;c\ d\{;)", {"<a>", R"(<b\;c\ d\{>)", ";", "$"}},
         {R"(a "b\"c\n" 'd\'e\"';)", {"<a>", "<b\"c\n>", "<d'e\">", ";", "$"}},
         {R"(a a\\b;)", {"<a>", R"(<a\b>)", ";", "$"}},
         {"a \\", {"<a>", "unexpected end of file, expecting \";\" or \"}\" @1"}}});
}

TEST_CASE("lexer: complaints are nginx's, at the line where its reading stands") {
  const std::string end = "unexpected end of file, expecting \";\" or \"}\" @";
  check({{";", {"unexpected \";\" @1"}},
         {"\n{", {"unexpected \"{\" @2"}},
         {"a;\n;", {"<a>", ";", "unexpected \";\" @2"}},
         {"a {};", {"<a>", "{", "}", "unexpected \";\" @1"}},
         {"a b }", {"<a>", "<b>", "unexpected \"}\" @1"}},
         {"a \"b\"c;", {"<a>", "<b>", "unexpected \"c\" @1"}},
         {"a \"b\"\"c\";", {"<a>", "<b>", "unexpected \"\"\" @1"}},
         {"a 'b'#c\n;", {"<a>", "<b>", "unexpected \"#\" @1"}},
         {"a", {end + "1"}},
         {"a\n", {"<a>", end + "2"}},
         {"a \"b\n\n", {"<a>", end + "3"}},
         {"a # b;", {"<a>", end + "1"}}});
}

TEST_CASE("lexer: a word and its delimiter fit nginx's buffer of 4096 bytes or are refused") {
  const std::string too_long = "too long parameter \"aaaaaaaaaa...\" started @";
  check({{a(4095) + ";", {"<" + a(4095) + ">", ";", "$"}},
         {a(4096) + ";", {too_long + "1"}},
         {a(4094) + " ;", {"<" + a(4094) + ">", ";", "$"}},
         {a(4095) + " ;", {"<" + a(4095) + ">", too_long + "1"}},
         {"x\n\"" + a(4094) + "\";", {"<x>", "<" + a(4094) + ">", ";", "$"}},
         {"x\n\"" + a(4095) + "\";", {"<x>", "<" + a(4095) + ">", too_long + "2"}},
         {"x\n'" + a(4096) + "\n';",
          {"<x>", "too long parameter, probably missing terminating \"'\" character @2"}},
         {"#" + a(4094) + "\n", {"$"}},
         {"\n#" + a(4095) + "\n", {"too long parameter \"#aaaaaaaaa...\" started @2"}},
         {"#" + a(4095), {"$"}},
         {std::string(9000, ' ') + "a;", {"<a>", ";", "$"}}});
}

TEST_CASE(
    "lexer: a word has its location, whether it was quoted and whether it contains a variable") {
  const auto all = tokens("ab\n  \"c$d\" \\$e ${f};");
  REQUIRE(all.size() == 6);
  CHECK(all[0].word == syntax::Argument{"ab", {base::FileId{0}, 1, 1}, false, false, {0, 2}});
  CHECK(all[1].word == syntax::Argument{"c$d", {base::FileId{0}, 2, 3}, true, true, {5, 5}});
  CHECK(all[2].word == syntax::Argument{"\\$e", {base::FileId{0}, 2, 9}, false, false, {11, 3}});
  CHECK(all[3].word == syntax::Argument{"${f}", {base::FileId{0}, 2, 13}, false, true, {15, 4}});
  CHECK(place(all[4].at) == "2:17");
}

TEST_CASE("lexer: a Lua block ends at its own brace, not at one in a string or comment") {
  for (const std::string lua :
       {"", "\n local t = {a = {1}} ", "x = \"}\\\"}\" ", "x = '{' y = '\\'}'", "x = [[ } ]] ",
        "x = [==[ ]] } ]==]", "-- it's } here\n", "--[[ } ' \n ]] y()", "--[=[ }]]} ]=] ",
        "a = b[c[1]] # ; {}"}) {
    CAPTURE(lua);
    const std::string text = "content_by_lua_block{" + lua + "}\nuser a;";
    syntax::Lexer lexer(text, base::FileId{0});
    REQUIRE(lexer.next()->word.text == "content_by_lua_block");
    REQUIRE(lexer.next()->kind == Kind::kOpen);
    CHECK(lexer.lua_block()->word.text == lua);
    const auto behind = lexer.next();
    CHECK(behind->word.text == "user");
    CHECK(behind->at.line == 2 + std::count(lua.begin(), lua.end(), '\n'));
  }
}

TEST_CASE("lexer: a Lua block that never ends is a complaint") {
  for (const std::string lua : {"{", "\"}", "[[}", "--}", "'\\'}"}) {
    CAPTURE(lua);
    syntax::Lexer lexer(lua, base::FileId{0});
    CHECK(lexer.lua_block().error().message ==
          "unexpected end of file, expecting terminating characters for lua code block");
  }
}

}  // namespace mtls::config
