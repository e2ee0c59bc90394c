#include "config/exposure/enforcement.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

struct Case {
  std::string server;
  // "complete", "? DOUBT", or the openings: `LOCATION (PATH): CONTENT`, one per line.
  std::string answer;
  std::string http = {};
};

std::string text_of(const exposure::GuardAnswer& answer) {
  if (answer.guard == Guard::kComplete) return "complete";
  if (answer.guard == Guard::kUndecidable) return "? " + answer.doubt;
  std::string text;
  for (const Opening& opening : answer.openings) {
    text += (text.empty() ? "" : "\n") + opening.location + " (" + opening.path +
            "): " + opening.content;
  }
  return text;
}

void check(VerifyClient mode, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.http, c.server);
    const auto parsed = syntax::parse("http { server { " + c.server + " } " + c.http + " }", {});
    REQUIRE(parsed.diagnostics.empty());
    const syntax::Directive& http = parsed.directives.at(0);
    const exposure::Variables variables(http);
    CHECK(text_of(exposure::guard_of({.http = http,
                                      .variables = variables,
                                      .server = http.block->at(0),
                                      .mode = mode,
                                      .host = "a.test"})) == c.answer);
  }
}

const std::string kRefuse = "if ($ssl_client_verify != SUCCESS) { return 403; } ";
const std::string kPass = "proxy_pass http://app; ";

}  // namespace

TEST_CASE("enforcement: an opening names the location, a path that leads there, what is served") {
  check(VerifyClient::kOptional,
        {{"location / { " + kPass + "}", "/ (/): backend app"},
         {"location /a/ { proxy_pass http://App:81/x; } location / { return 403; }",
          "/a/ (/a/): backend App:81"},
         {"location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; } location / { return 403; }",
          "~ \\.php$ (/.php): backend unix:/run/php.sock"},
         {"location / { root /srv; }", "/ (/): files /srv"},
         {"location = /status { stub_status; } location / { return 403; }",
          "= /status (/status): stub_status"},
         {kRefuse + "error_page 403 @app; location / { } location @app { " + kPass + "}",
          "@app (): backend app"}});
}

TEST_CASE("enforcement: fixed answers and error pages are no openings, a root is") {
  check(VerifyClient::kOptional,
        {{"return 301 https://b.test/;", "complete"},
         // A block that has nothing else: its fixed texts are its content.
         {"location / { return 200 ok; }", "/ (/): return 200"},
         {"location /a { return 204; }", "/a (/a): return 204"},
         {"location / { return 200 ok; } location /a { " + kRefuse + kPass + "}", "complete"},
         {"", " (/): files"},
         {"root /srv; location /a { return 403; }", " (/): files /srv"},
         {"error_page 403 /e.html; location = /e.html { root /srv; } location / { " + kRefuse +
              kPass + "}",
          "complete"}});
}

TEST_CASE("enforcement: what cannot be decided is a doubt, unless a guard comes before it") {
  check(
      VerifyClient::kOptional,
      {{"location / { access_by_lua_block { x() } " + kPass + "}", "? access_by_lua_block decides"},
       {"location / { js_content a.b; }", "? js_content decides"},
       {"location / { perl P::h; }", "? perl decides"},
       {"modsecurity on; location / { " + kPass + "}",
        "? modsecurity of a module not known here may decide"},
       {"brotli on; location / { " + kPass + "}", "/ (/): backend app"},
       {"auth_request /auth; location / { " + kPass + "}", "? auth_request decides"},
       {"location / { auth_request off; " + kPass + "}", "/ (/): backend app",
        "auth_request /auth;"},
       {"location / { fastcgi_param V $ssl_client_verify; fastcgi_pass a; }",
        "? the backend is told $ssl_client_* and may refuse"},
       {"location / { fastcgi_param V $ssl_client_verify; " + kPass + "}", "/ (/): backend app"},
       {"location / { proxy_set_header V $v; " + kPass + "}",
        "? the backend is told $ssl_client_* and may refuse",
        "map $ssl_client_verify $v { SUCCESS 1; }"},
       {"if ($v) { return 403; } location / { " + kPass + "}", "? if ($v) decides",
        "js_set $v m.f;"},
       {kRefuse + "location / { access_by_lua_block { x() } " + kPass + "}", "complete"},
       {"server_rewrite_by_lua_block { x() } " + kRefuse + "location / { " + kPass + "}",
        "? server_rewrite_by_lua decides"}});
}

TEST_CASE("enforcement: only error_page lets a client past verify on") {
  check(
      VerifyClient::kOn,
      {{"location / { " + kPass + "}", "complete"},
       {"error_page 495 /e.html; location / { " + kPass + "} location /e.html { root /srv; }",
        "complete"},
       {"error_page 494 = @a; location / { } location @a { " + kPass + "}", "@a (/): backend app"},
       {"error_page 400 /400.html; location / { " + kPass + "}", "/ (): backend app"},
       {"error_page 497 https://$host$request_uri; location / { " + kPass + "}", "complete"}});
}

TEST_CASE("enforcement: loops of rewrites and too many branches come to an end") {
  std::string ways;
  for (char name = 'a'; name <= 'z'; ++name) {
    ways += std::string("if ($geoip_") + name + ") { set $x$y 1; } ";
  }
  check(VerifyClient::kOptional,
        {{"location / { rewrite ^ /a last; } location /a { rewrite ^ / last; }", "complete"},
         {ways + "location / { return 403; }",
          "? there are too many ways through its rewrite directives"}});
}

// Asked of the source of Tengine 3.2.0, ngx_http_core_find_config_phase().
TEST_CASE("enforcement: Tengine's ssl_verify_client_exception opens its location (R9.9)") {
  const std::string except = "ssl_verify_client_exception on; ";
  const std::string rest = "location / { " + kPass + "}";
  check(VerifyClient::kOn,
        {{"location /open { " + except + kPass + "} " + rest, "/open (/open): backend app"},
         {"location /open { ssl_verify_client_exception off; " + kPass + "} " + rest, "complete"},
         {"location /open { " + except + kRefuse + kPass + "} " + rest, "complete"},
         {"location /open { " + except + "return 204; } " + rest, "complete"},
         {"location /open { " + except + "rewrite ^ /in last; } " + rest, "complete"},
         // It has no merge: an inner location does not inherit it.
         {"location /open/ { " + except + "return 403; location /open/a { " + kPass + "} } " + rest,
          "complete"},
         {"location /open { " + except + "auth_request /auth; " + kPass + "} " + rest,
          "? auth_request decides"}});
  check(VerifyClient::kOptional,
        {{kRefuse + "location /open { " + except + kPass + "}", "complete"}});
}

}  // namespace mtls::config
