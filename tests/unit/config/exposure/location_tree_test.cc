#include "config/exposure/location_tree.h"

#include <catch2/catch.hpp>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

const char* const kServer = R"(
  location / { }
  location /a { location /a/b { } location ~ x$ { location ~ yx$ { } } }
  location ^~ /c/ { location ~ x$ { } }
  location = /a/b/x { }
  location /d/ { proxy_pass http://d; }
  location ~* \.PHP$ { }
  location ~ ^/a/b/.*z { }
  location @n { }
)";

}  // namespace

TEST_CASE("location tree: exact, then the longest prefix with what is inside, then patterns") {
  struct Case {
    const char* path;
    const char* label;
  };
  const std::vector<Case> cases{
      {"/", "/"},
      {"/zz", "/"},
      {"/a", "/a"},
      {"/ab", "/a"},
      {"/a/b", "/a/b"},
      {"/a/b/x", "= /a/b/x"},
      {"/ax", "~ x$"},
      {"/ayx", "~ yx$"},
      {"/a/b/xx", "~ x$"},
      {"/c/x", "~ x$"},
      {"/c/.php", "^~ /c/"},
      {"/a.php", "~* \\.PHP$"},
      {"/a/b/z", "~ ^/a/b/.*z"},
  };
  const auto parsed = syntax::parse(std::string("http { server {") + kServer + "} }", {});
  const syntax::Directive& http = parsed.directives.at(0);
  const exposure::LocationTree tree(http, http.block->at(0));
  exposure::RequestState request;
  for (const Case& c : cases) {
    CAPTURE(c.path);
    request.uri = c.path;
    const auto found = tree.find(request);
    REQUIRE(found.size() == 1);
    CHECK(found[0].at->label() == c.label);
    CHECK(found[0].is_certain);
    CHECK_FALSE(found[0].is_redirect);
  }
  request.uri = "/d";
  CHECK(tree.find(request).at(0).is_redirect);
  CHECK(tree.named("@n") != nullptr);
  CHECK(tree.named("@m") == nullptr);
}

TEST_CASE("location tree: an unnamed path may reach any location but an exact one") {
  const auto parsed = syntax::parse("http { server { location = /a { } location /b { } } }", {});
  const syntax::Directive& http = parsed.directives.at(0);
  const exposure::LocationTree tree(http, http.block->at(0));
  exposure::RequestState request;
  request.is_unnamed = true;
  std::vector<std::string> labels;
  for (const auto& found : tree.find(request)) labels.push_back(found.at->label());
  CHECK(labels == std::vector<std::string>{"/b", ""});
}

TEST_CASE("location tree: the innermost level that has a directive replaces those around it") {
  const auto parsed = syntax::parse(
      "http { x 1; x 2; server { y 1; location /a { location /a/b { x 3; } if ($v) { y 2; } } } }",
      {});
  const syntax::Directive& http = parsed.directives.at(0);
  const exposure::LocationTree tree(http, http.block->at(2));
  const exposure::Location& outer = *tree.locations().at(0);
  const exposure::Location& inner = *tree.locations().at(1);
  const exposure::Location& branch = *outer.inside.at(1);
  CHECK(tree.effective(outer, "x").size() == 2);
  CHECK(tree.effective(inner, "x").size() == 1);
  CHECK(tree.effective_one(inner, "y")->args.at(0).text == "1");
  CHECK(tree.effective_one(branch, "y")->args.at(0).text == "2");
  CHECK(tree.effective_one(branch, "z") == nullptr);
}

}  // namespace mtls::config
