#include "config/routing/backends.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

/// `location: target`, followed by ` !` when something guards it.
std::vector<std::string> listed(const std::string& server, const std::string& http = "") {
  const auto parsed =
      syntax::parse("http { " + http + " server { " + server + " } }", base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Directive& around = parsed.directives.at(0);
  std::vector<std::string> out;
  for (const Backend& backend :
       routing::backends_of(around.block->back(), routing::guard_presence(around))) {
    out.push_back(backend.location + ": " + backend.target + (backend.is_guarded ? " !" : ""));
  }
  return out;
}

}  // namespace

TEST_CASE("backends: each location shows its backend and whether something guards it") {
  using Texts = std::vector<std::string>;
  struct Case {
    std::string server;
    Texts expected;
  };
  const std::vector<Case> cases{
      {"location / { proxy_pass http://app/; }", {"/: proxy_pass http://app"}},
      {"location ~ ^/x { grpc_pass app; }", {"~ ^/x: grpc_pass app"}},
      {"location /a { location /a/b { uwsgi_pass u; } }", {"/a/b: uwsgi_pass u"}},
      {"location / { if ($x) { proxy_pass http://a; } }", {"/: proxy_pass http://a"}},
      {"location / { proxy_pass http://$x; }", {}},
      {"location / { fastcgi_pass unix:/php; }", {}},
      {"location / { return 301 /x; }", {}},
      {"return 444; location / { proxy_pass http://app; }", {"/: proxy_pass http://app !"}},
      {"location / { return 403; proxy_pass http://app; }", {"/: proxy_pass http://app !"}},
      {"if ($x) { return 401; } location / { proxy_pass http://a; }", {"/: proxy_pass http://a !"}},
      {"auth_basic x; location / { proxy_pass http://app; }", {"/: proxy_pass http://app !"}},
      {"auth_basic off; location / { proxy_pass http://app; }", {"/: proxy_pass http://app"}},
      {"location / { deny all; location /b { proxy_pass http://a; } }",
       {"/b: proxy_pass http://a !"}},
      {"location / { access_by_lua_block { x } proxy_pass http://a; }",
       {"/: proxy_pass http://a !"}},
      {"location / { internal; proxy_pass http://a; }", {"/: proxy_pass http://a !"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.server);
    CHECK(listed(c.server) == c.expected);
  }
  CHECK(listed("location / { proxy_pass http://app; }", "auth_request /a;") ==
        Texts{"/: proxy_pass http://app !"});
}

TEST_CASE("backends: one location covers another when it would get all the other's requests") {
  struct Case {
    std::string open;
    std::string other;
    bool expected;
  };
  const std::vector<Case> cases{
      {"/", "/", true},
      {"/", "/api", true},
      {"/", "~ \\.php$", true},
      {"/api", "/", false},
      {"/api", "/api/v1", true},
      {"^~ /api", "/api/v1", true},
      {"= /api", "/api/v1", false},
      {"= /api", "= /api", true},
      {"/api", "~ ^/api", false},
      {"~ a", "~ a", true},
      {"~ a", "/", false},
      {"@app", "@app", true},
      {"/", "@app", false},
      {"/", "= /x", true},
      {"", "", true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.open, c.other);
    const Backend open{.location = c.open, .target = "proxy_pass http://a"};
    CHECK(routing::covers(open, {.location = c.other, .target = "proxy_pass http://a"}) ==
          c.expected);
    CHECK_FALSE(routing::covers(open, {.location = c.other, .target = "proxy_pass http://b"}));
  }
}

}  // namespace mtls::config
