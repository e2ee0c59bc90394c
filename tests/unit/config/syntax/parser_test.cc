#include "config/syntax/parser.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mtls::config {
namespace {

// `name arg arg;` or `name arg{…}` on one line; quoted arguments are in brackets.
std::string shown(const std::vector<syntax::Directive>& directives) {
  std::string out;
  for (const syntax::Directive& directive : directives) {
    out += directive.name;
    for (const syntax::Argument& argument : directive.args) {
      out += argument.quoted ? " [" + argument.text + "]" : " " + argument.text;
    }
    out += directive.block ? "{" + shown(*directive.block) + "}" : ";";
  }
  return out;
}

struct Case {
  std::string text;
  std::string tree;
  std::string complaint;  // with its line
};

void check(const std::vector<Case>& cases) {
  for (const Case& expected : cases) {
    CAPTURE(expected.text);
    const syntax::ParsedFile parsed = syntax::parse(expected.text, base::FileId{3});
    CHECK(shown(parsed.directives) == expected.tree);
    REQUIRE(parsed.diagnostics.size() == (expected.complaint.empty() ? 0 : 1));
    if (expected.complaint.empty()) continue;
    const syntax::Diagnostic& said = parsed.diagnostics.front();
    CHECK(said.message + " @" + std::to_string(said.at->line) == expected.complaint);
    CHECK(said.at->file == base::FileId{3});
  }
}

}  // namespace

TEST_CASE("parser: directives and blocks become a tree, unknown ones too") {
  check({{"", "", ""},
         {"a b 'c';\nd { e; f { } }", "a b [c];d{e;f{}}", ""},
         {"zork x { 1 2; y { z; } }", "zork x{1 2;y{z;}}", ""},
         {"\"user\" root;", "user root;", ""},
         {"'' x;", " x;", ""},
         {"include a/*.conf;", "include a/*.conf;", ""},
         {"if ($a = \"b\") { return 403; }", "if ($a = [b] ){return 403;}", ""}});
}

TEST_CASE("parser: everything before the first complaint is kept") {
  const std::string end = "unexpected end of file, expecting ";
  check({{"a; b", "a;", end + "\";\" or \"}\" @1"},
         {"a; b { c;\n", "a;b{c;}", end + "\"}\" @2"},
         {"a;\n}\nb;", "a;", "unexpected \"}\" @2"},
         {"a { b; } }", "a{b;}", "unexpected \"}\" @1"},
         {"a { b c }", "a{}", "unexpected \"}\" @1"},
         {"a;; b;", "a;", "unexpected \";\" @1"},
         {"a { \"b\"c; }", "a{}", "unexpected \"c\" @1"},
         {"{{ x }}", "", "unexpected \"{\" @1"}});
}

TEST_CASE("parser: lines of data blocks are words, and a brace in them is refused") {
  for (const std::string block :
       {"map $a $b", "geo $a", "types", "split_clients $a $b", "charset_map a b"}) {
    check(
        {{block + " { ~^x 1; ssl_crl /x; \"a{2}\" 2; }", block + "{~^x 1;ssl_crl /x;a{2} 2;}", ""},
         {block + " {\n a b;\n ~^/a{2} 1; }", block + "{a b;}", "unexpected \"{\" @3"}});
  }
}

TEST_CASE("parser: a Lua block is one argument") {
  check({{"content_by_lua_block { t = {\"}\"} -- }\n }\na;",
          "content_by_lua_block  t = {\"}\"} -- }\n ;a;", ""},
         {"set_by_lua_block $x { return '}' }", "set_by_lua_block $x  return '}' ;", ""},
         {"content_by_lua 'x }';", "content_by_lua [x }];", ""},
         {"a_by_lua_block { };", "a_by_lua_block  ;", "unexpected \";\" @1"}});
}

TEST_CASE("parser: a directive has the locations of its name and of its end") {
  const auto parsed = syntax::parse("a\n b\n ;\nc\n{ }", base::FileId{0});
  REQUIRE(parsed.directives.size() == 2);
  CHECK(parsed.directives[0].at == base::SourceLocation{base::FileId{0}, 1, 1});
  CHECK(parsed.directives[0].args[0].at == base::SourceLocation{base::FileId{0}, 2, 2});
  CHECK(parsed.directives[0].end == base::SourceLocation{base::FileId{0}, 3, 2});
  CHECK(parsed.directives[1].end == base::SourceLocation{base::FileId{0}, 5, 1});
}

TEST_CASE("parser: too deep nesting is refused and does not exhaust the stack") {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "a{";
  const auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].message == "blocks nested deeper than 100");
}

}  // namespace mtls::config
