// nginx treats clients without a verified certificate as config/exposure predicts.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "tests/integration/exposure/enforcement_bench.h"

namespace mtls::testing {
namespace {

using config::Guard;
using config::VerifyClient;

const std::string kRefuse = "if ($ssl_client_verify != SUCCESS) { return 403; } ";

struct Case {
  std::string text;
  // "complete", "unknown", or the backends that are open: "A B".
  std::string optional;
  std::string optional_no_ca = {};  // "": as in the mode optional
  std::string http = {};
};

std::set<std::string> probes() {
  return {"/",  "/a",      "/a/",    "/a/x",    "/a/f.txt",  "/b",     "/b/x",     "/c",
          "/d", "/health", "/x.php", "/e.html", "/public/x", "/f.txt", "/a/x.php", "/internal"};
}

std::string said(const config::TlsContext& server, const Contents& open) {
  if (server.guard == Guard::kComplete) return "complete";
  if (server.guard == Guard::kUndecidable) return "unknown";
  std::string text;
  for (const std::string& one : open) text += (text.empty() ? "" : " ") + one;
  return text;
}

Contents served(const EnforcementBench& bench, std::size_t index) {
  std::set<std::string> paths = probes();
  for (const config::Opening& opening : bench.ours(index).openings) {
    if (!opening.path.empty()) paths.insert(opening.path);
  }
  return bench.nginx_serves(index, paths);
}

bool contains_all(const Contents& all, const Contents& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

void check(const std::vector<Case>& cases) {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no " << nginx_under_test());
    return;
  }
  EnforcementBench bench;
  for (const Case& c : cases) {
    bench.add({.text = c.text, .http = c.http});
    bench.add({.text = c.text, .mode = VerifyClient::kOptionalNoCa});
  }
  bench.start();
  for (std::size_t i = 0; i < 2 * cases.size(); ++i) {
    const Case& c = cases[i / 2];
    const bool no_ca = i % 2 == 1;
    const std::string& expected =
        no_ca && !c.optional_no_ca.empty() ? c.optional_no_ca : c.optional;
    INFO((no_ca ? "optional_no_ca: " : "optional: ") << c.http << " { " << c.text << " }");
    INFO("doubt: " << bench.ours(i).guard_doubt);
    const Contents open = bench.ours_open(i);
    CHECK(said(bench.ours(i), open) == expected);
    const Contents really = served(bench, i);
    CHECK(contains_all(really, open));
    if (bench.ours(i).guard == Guard::kComplete) CHECK(really == Contents{});
    if (bench.ours(i).guard == Guard::kNone) CHECK(really == open);
  }
}

}  // namespace

TEST_CASE("enforcement: a guard of the server refuses before every location") {
  check({
      {kRefuse + "location / { serve A; }", "complete"},
      {"location / { serve A; } " + kRefuse, "complete"},
      {"location / { serve A; }", "A"},
      {"if ($ssl_client_verify != \"SUCCESS\") { return 444; } location / { serve A; }",
       "complete"},
      {"if ( $ssl_client_verify != SUCCESS ) { return 401; } location / { serve A; }", "complete"},
      {"if ($ssl_client_verify !~ ^SUCCESS$) { return 403; } location / { serve A; }", "complete"},
      {"if ($ssl_client_verify !~* success) { return 403; } location / { serve A; }", "complete"},
      {"if ($ssl_client_verify = NONE) { return 403; } location / { serve A; }", "complete", "A"},
      {"if ($ssl_client_verify = NONE) { return 403; } if ($ssl_client_verify ~ ^FAILED) { return "
       "403; } location / { serve A; }",
       "complete"},
      {"if ($ssl_client_verify ~ ^(NONE|FAILED)) { return 403; } location / { serve A; }",
       "complete"},
      {"if ($ssl_client_verify) { return 403; } location / { serve A; }", "complete"},
      {"if ($ssl_client_verify = SUCCESS) { return 403; } location / { serve A; }", "A"},
      {"if ($ssl_client_verify != success) { return 403; } location / { serve A; }", "complete"},
      {"if ($ssl_client_s_dn = \"\") { return 403; } location / { serve A; }", "complete", "A"},
      {"if ($ssl_client_s_dn !~ CN=Client) { return 403; } location / { serve A; }", "complete",
       "A"},
      {kRefuse + "location / { } location /a { location /a/x { serve A; } } location ~ \\.php$ { "
                 "serve B; }",
       "complete"},
  });
}

TEST_CASE("enforcement: a guard does what its block says") {
  check({
      {"if ($ssl_client_verify != SUCCESS) { return 200 ok; } location / { serve A; }", "complete"},
      {"if ($ssl_client_verify != SUCCESS) { return 302 /b; } location / { serve A; }", "complete"},
      {"if ($ssl_client_verify != SUCCESS) { return 302 https://login.test/; } location / { serve "
       "A; }",
       "complete"},
      {"if ($ssl_client_verify != SUCCESS) { set $deny0 1; } if ($deny0) { return 403; } location "
       "/ { serve A; }",
       "complete"},
      {"if ($ssl_client_verify != SUCCESS) { set $deny1 0; } if ($deny1) { return 403; } location "
       "/ { serve A; }",
       "A"},
      {"if ($ssl_client_verify != SUCCESS) { break; return 403; } location / { serve A; }", "A"},
      {"if ($ssl_client_verify != SUCCESS) { rewrite ^ /b last; } location / { serve A; } location "
       "/b { serve B; }",
       "B"},
      {"if ($ssl_client_verify != SUCCESS) { rewrite ^ /b; } location / { serve A; } location /b { "
       "return 403; }",
       "complete"},
      {"if ($ssl_client_verify = SUCCESS) { break; } return 403; location / { serve A; }",
       "complete"},
      {"if ($ssl_client_verify = SUCCESS) { set $ok2 1; } if ($ok2 != 1) { return 403; } location "
       "/ { serve A; }",
       "complete"},
      {"set $who \"$ssl_client_verify:$uri\"; if ($who ~ ^NONE:/a) { return 403; } location / { "
       "serve A; } location /a { serve B; }",
       "A", "A B"},
  });
}

TEST_CASE("enforcement: the server's rewrite directives run in order, and before every location") {
  check({
      {"return 200 ok; " + kRefuse + "location / { serve A; }", "complete"},
      {"rewrite ^ /a last; " + kRefuse + "location / { serve B; } location /a { serve A; }", "A"},
      {"rewrite ^/b /a last; " + kRefuse + "location / { serve B; } location /a { serve A; }", "A"},
      {"rewrite ^/b /a; " + kRefuse + "location / { serve B; } location /a { serve A; }",
       "complete"},
      {"rewrite ^/b https://other.test/ redirect; " + kRefuse + "location / { serve B; }",
       "complete"},
      {"break; " + kRefuse + "location / { serve A; }", "A"},
      {"if ($uri = /health) { break; } " + kRefuse + "location / { serve A; }", "A"},
      {"if ($uri = /health) { break; } " + kRefuse +
           "location / { serve A; } location = /health { return 200 ok; }",
       "complete"},
      {"if ($uri ~ ^/public/) { break; } " + kRefuse + "location / { serve A; }", "A"},
      {"if ($uri ~ ^/public/) { break; } " + kRefuse +
           "location / { serve A; } location /public/ { serve B; }",
       "B"},
      {"if ($http_x_probe) { break; } " + kRefuse + "location / { return 403; }", "complete"},
      {"if ($request_method = OPTIONS) { return 204; } " + kRefuse + "location / { serve A; }",
       "complete"},
      {"set $need 1; if ($uri ~ ^/a/) { set $need 0; } if ($ssl_client_verify = SUCCESS) { set "
       "$need 0; } if ($need) { return 403; } location / { serve A; } location /a/ { serve B; }",
       "B"},
      {"if (-f /etc/hostname) { return 200 closed; } " + kRefuse + "location / { serve A; }",
       "complete"},
  });
}

TEST_CASE("enforcement: a location has its own rewrite directives and inherits none") {
  const std::string guarded = "{ " + kRefuse + "serve A; }";
  check({
      {"location / " + guarded, "complete"},
      {"location / " + guarded + " location /b { serve B; }", "B"},
      {"location /a { " + kRefuse + "serve A; location /a/x { serve B; } }", "B"},
      {"location /a { " + kRefuse +
           "serve A; location ~ \\.php$ { serve B; } } location / { return "
           "403; }",
       "B"},
      {"location / " + guarded + " location = /health { serve H; }", "H"},
      {"location / " + guarded + " location = /health { return 200 ok; }", "complete"},
      {"location / " + guarded + " location = /c { return 301 https://x.test/; }", "complete"},
      {"location / " + guarded + " location ~ ^/public { serve B; }", "B"},
      {"location / " + guarded + " location ~* \\.PHP$ { serve B; }", "B"},
      {"location ^~ /a/ " + guarded + " location ~ \\.php$ { serve B; } location / { return 404; }",
       "B"},
      {"location / " + guarded + " location /internal { internal; serve B; }", "complete"},
      {"location / " + guarded + " location @app { serve B; }", "complete"},
      {"location / { if ($ssl_client_verify = SUCCESS) { serve A; } return 403; }", "complete"},
      {"location / { if ($ssl_client_verify = SUCCESS) { serve A; } serve B; }", "B"},
      {"location / { if ($ssl_client_verify != SUCCESS) { serve B; } serve A; }", "B"},
      {"location / { rewrite ^ /b break; " + kRefuse + "serve A; }", "A"},
      {"location / { rewrite ^ /b last; " + kRefuse + "serve A; } location /b { serve B; }", "B"},
      {"location /a { rewrite ^ /b; " + kRefuse + "serve A; } location / " + guarded +
           " location /b { return 403; }",
       "complete"},
      {"location / { return 403; serve A; }", "complete"},
      {"location / { break; " + kRefuse + "serve A; }", "A"},
      {"location /a { " + kRefuse +
           "serve A; } location / { rewrite ^/c /internal last; return "
           "404; } location /internal { internal; serve B; }",
       "B"},
  });
}

TEST_CASE("enforcement: error_page to a name skips the server's guard, to a path it does not") {
  check({
      {kRefuse + "error_page 403 @app; location / { serve A; } location @app { serve B; }", "B"},
      {kRefuse + "error_page 403 = @app; location / { serve A; } location @app { serve B; }", "B"},
      {kRefuse + "error_page 403 /b; location / { serve A; } location /b { serve B; }", "complete"},
      {kRefuse + "error_page 404 @app; location / { serve A; } location @app { serve B; }",
       "complete"},
      {kRefuse + "error_page 403 @app; location / { serve A; } location @app { " + kRefuse +
           "serve B; }",
       "complete"},
      {"error_page 403 /b; location / { " + kRefuse +
           "serve A; } location = /b { internal; serve "
           "B; }",
       "B"},
      {"error_page 403 /e.html; location / { " + kRefuse +
           "serve A; } location = /e.html { files; }",
       "complete"},
      {"error_page 403 /e.html; location / { " + kRefuse +
           "serve A; } location /e { internal; "
           "files; }",
       "complete"},
      {"error_page 403 https://login.test/; location / { " + kRefuse + "serve A; }", "complete"},
      {"error_page 403 /b; location / { " + kRefuse +
           "serve A; } location = /b { internal; error_page 418 @app; return 418; } location @app "
           "{ "
           "serve C; }",
       "complete"},
      {"recursive_error_pages on; error_page 403 /b; location / { " + kRefuse +
           "serve A; } location = /b { internal; error_page 418 @app; return 418; } location @app "
           "{ "
           "serve C; }",
       "C"},
      {"error_page 403 /b; location / { " + kRefuse +
           "serve A; } location = /b { error_page 404 @app; return 404; } location @app { serve C; "
           "}",
       "C"},
      {"error_page 404 @app; location / { " + kRefuse +
           "serve A; } location /internal { internal; } "
           "location @app { serve B; }",
       "B"},
      {"error_page 403 @app; location / { error_page 404 /x; " + kRefuse +
           "serve A; } location @app { serve B; }",
       "complete"},
      {"location / { return 403 text; error_page 403 @app; } location @app { serve B; }",
       "complete"},
      {"error_page 302 @app; location / { return 302 /b; } location @app { serve B; }", "B"},
      {kRefuse + "error_page 495 @app; location / { serve A; } location @app { serve B; }", "B"},
      {kRefuse + "error_page 495 496 /b; location / { serve A; } location /b { serve B; }",
       "complete"},
      {"if ($ssl_client_verify = NONE) { return 403; } error_page 495 /b; location / { serve A; } "
       "location /b { serve B; }",
       "B", "A B"},
      {kRefuse + "error_page 400 @app; location / { serve A; } location @app { serve B; }", "B"},
      {kRefuse + "error_page 497 @app; location / { serve A; } location @app { serve B; }", "B"},
      {kRefuse + "error_page 497 https://$host$request_uri; location / { serve A; }", "complete"},
  });
}

TEST_CASE("enforcement: try_files and files lead to other locations") {
  check({
      {"location / { " + kRefuse + "try_files $uri @app; } location @app { serve B; }", "complete"},
      {"location / { try_files /none.txt @app; serve A; } location @app { " + kRefuse +
           "serve B; }",
       "unknown"},
      {"location / { try_files /none.txt =404; serve A; } error_page 404 @app; location @app { "
       "serve "
       "B; }",
       "B"},
      {"location / { return 404; } location /a { files; try_files $uri /b; } location /b { "
       "internal; "
       "serve B; }",
       "B F"},
      {"location /a { internal; serve A; location /a/x { serve B; } } location / { serve C; }",
       "C"},
      {"location /a { internal; serve A; } location = /a/x { serve B; }", "B"},
      {"location / { files; }", "F"},
      {"files; " + kRefuse + "location /a { }", "complete"},
      {"files; location /b { " + kRefuse + "serve B; }", "F"},
      {"files; location / { " + kRefuse + "} location = /f.txt { }", "F"},
      {"location / { files; error_page 404 = @app; } location @app { serve B; }", "B F"},
  });
}

TEST_CASE("enforcement: maps are followed, also maps of maps and patterns") {
  check({
      {"if ($m0) { return 403; } location / { serve A; }", "complete", "",
       "map $ssl_client_verify $m0 { SUCCESS 0; default 1; }"},
      {"if ($m1 = 0) { return 403; } location / { serve A; }", "A", "",
       "map $ssl_client_verify $m1 { SUCCESS 0; default 1; }"},
      {"if ($m2) { return 403; } location / { serve A; }", "complete", "A",
       "map $ssl_client_verify $m2 { none 1; }"},
      {"if ($m3) { return 403; } location / { serve A; }", "complete", "",
       "map $ssl_client_verify $m3 { ~^SUCCESS$ \"\"; ~*^none 1; ~FAILED 1; }"},
      {"if ($m4) { return 403; } location / { serve A; }", "complete", "",
       "map $n4 $m4 { bad yes; } map $ssl_client_verify $n4 { default bad; SUCCESS good; }"},
      {"if ($m5) { return 403; } location / { serve A; } location = /health { return 200 ok; }",
       "A", "",  // GET /health:
       "map \"$uri:$ssl_client_verify\" $m5 { ~:SUCCESS$ 0; ~^/health: 0; default 1; }"},
      {"if ($m6) { return 403; } location / { serve A; } location /public/ { serve B; }", "B", "",
       "map $uri $n6 { ~^/public/ 0; default 1; } map \"$n6:$ssl_client_verify\" $m6 { ~^1:SUCCESS "
       "0; ~^1: 1; default 0; }"},
      {"if ($m7) { return 403; } location / { serve A; }", "A", "",
       "map $uri $m7 { /c 0; default $n7; } map $ssl_client_verify $n7 { SUCCESS 0; default 1; }"},
      {"error_page 403 $m8; " + kRefuse + "location / { serve A; } location @m8 { serve B; }", "B",
       "", "map $ssl_client_verify $m8 { NONE @m8; default @m8; }"},
  });
}

TEST_CASE("enforcement: what something else decides is unknown, and the doubt names it") {
  check({
      {"location / { allow 10.0.0.0/8; deny all; serve A; }", "unknown"},
      {"location / { deny all; serve A; }", "complete"},
      {"location / { allow all; deny all; serve A; }", "A"},
      {"deny all; location / { serve A; } location /b { allow all; serve B; }", "B"},
      {"location / { auth_request /auth; serve A; } location = /auth { internal; return 403; }",
       "unknown"},
      {"location / { auth_basic x; auth_basic_user_file none; serve A; }", "unknown"},
      {"location / { satisfy any; deny all; auth_basic x; auth_basic_user_file none; serve A; }",
       "unknown"},
      {"location / { satisfy any; allow all; auth_basic x; auth_basic_user_file none; serve A; }",
       "A"},
      {"satisfy any; auth_basic x; auth_basic_user_file none; location / { auth_basic off; deny "
       "all; "
       "serve A; }",
       "complete"},
      {"location / { proxy_set_header X-Verify $ssl_client_verify; serve A; }", "unknown"},
      {"proxy_set_header X-Verify $ssl_client_verify; location / { serve A; }", "unknown"},
      {"proxy_set_header X-Verify $ssl_client_verify; location / { proxy_set_header X-Other y; "
       "serve A; }",
       "A"},
      {"if ($remote_addr != 127.0.0.1) { return 403; } location / { serve A; }", "unknown"},
      {"if ($host = admin.test) { break; } " + kRefuse + "location / { serve A; }", "unknown"},
      {"if ($request_uri !~ ^/public) { return 403; } location / { serve A; } location /public { "
       "return 200 ok; }",
       "unknown"},
      {kRefuse + "location / { auth_request /auth; serve A; } location = /auth { internal; return "
                 "403; }",
       "complete"},
  });
}

TEST_CASE("enforcement: limit_except is a location of its own for the other methods (R9.25)") {
  check({
      {"location / { " + kRefuse + "limit_except GET { allow all; } serve A; }", "A"},
      {"location / { " + kRefuse + "limit_except GET { deny all; } serve A; }", "complete"},
      {kRefuse + "location / { limit_except GET { allow all; } serve A; }", "complete"},
      {"location / { " + kRefuse + "limit_except GET POST PUT { allow all; } serve A; }", "A"},
      {"location / { " + kRefuse + "limit_except GET { proxy_pass http://B; } serve A; }", "B"},
      {"location / { " + kRefuse + "limit_except GET { allow all; } files; }", "complete"},
      {"location / { limit_except POST { deny all; } " + kRefuse + "serve A; }", "complete"},
  });
}

TEST_CASE("enforcement: a map asks no pattern for an empty value (R9.24)") {
  check({
      {"if ($e0) { return 403; } location / { serve A; }", "A", "",
       "map $ssl_client_s_dn $e0 { ~.* 1; default 0; }"},
      {"if ($e1) { return 403; } location / { serve A; }", "complete", "A",
       "map $ssl_client_s_dn $e1 { \"\" 1; default 0; }"},
      {"if ($e2) { return 403; } location / { serve A; }", "complete", "A",
       "map $ssl_client_s_dn $e2 { ~^$ 0; default 1; ~. 0; }"},
      {"location / { proxy_pass http://$e3; }", "complete", "unknown",
       "map $ssl_client_s_dn $e3 { ~. A; }"},
  });
}

TEST_CASE("enforcement: a fingerprint in a guard is verification, a subject is not (R9.27)") {
  const std::string pin = "0123456789abcdef0123456789abcdef01234567";
  check({
      {"if ($ssl_client_fingerprint != " + pin + ") { return 403; } location / { serve A; }",
       "complete"},
      {"if ($ssl_client_fingerprint !~ ^(" + pin +
           "|none)$) { return 403; } location / { serve A; }",
       "complete"},
      {"if ($f0) { return 403; } location / { serve A; }", "complete", "",
       "map $ssl_client_fingerprint $f0 { " + pin + " 0; default 1; }"},
      {"if ($ssl_client_s_dn !~ CN=) { return 403; } location / { serve A; }", "complete", "A"},
  });
}

}  // namespace mtls::testing
