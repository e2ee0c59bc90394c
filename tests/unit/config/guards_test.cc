#include "config/guards.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/parser.h"

namespace mtls::config {
namespace {

struct Case {
  std::string server;
  Guard guard;
  std::string http = {};
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.http, c.server);
    const auto parsed = parse("http { server { " + c.server + " } " + c.http + " }", {});
    REQUIRE(parsed.diagnostics.empty());
    const Directive& http = parsed.directives.at(0);
    CHECK(guard_of(http, http.block->at(0)) == c.guard);
  }
}

const std::string kRefusal = "if ($ssl_client_verify != SUCCESS) { return 403; } ";

}  // namespace

TEST_CASE("guards: a server-level refusal of everything but SUCCESS is complete") {
  check({{kRefusal, Guard::kComplete},
         {"if ($ssl_client_verify != \"SUCCESS\") { return 444; }", Guard::kComplete},
         {"if ( $ssl_client_verify != SUCCESS ) { access_log off; return 401; }", Guard::kComplete},
         {"set $a b; location / { return 200; } " + kRefusal, Guard::kComplete},
         {kRefusal + "return 301 /; if ($a) { return 200; }", Guard::kComplete},
         {kRefusal + "error_page 403 /403.html; error_page 404 @other;", Guard::kComplete}});
}

TEST_CASE("guards: what comes before the refusal, or makes less of it, leaves it undecidable") {
  check({{"return 200; " + kRefusal, Guard::kUndecidable},
         {"rewrite ^ /x last; " + kRefusal, Guard::kUndecidable},
         {"break; " + kRefusal, Guard::kUndecidable},
         {"if ($a) { return 200; } " + kRefusal, Guard::kUndecidable},
         {"location / { " + kRefusal + "}", Guard::kUndecidable},
         {kRefusal + "error_page 403 @app;", Guard::kUndecidable},
         {kRefusal, Guard::kUndecidable, "error_page 403 = @app;"},
         {"if ($ssl_client_verify = NONE) { return 403; }", Guard::kUndecidable},
         {"if ($ssl_client_verify != success) { return 403; }", Guard::kUndecidable},
         {"if ($ssl_client_verify != SUCCESS) { return 200; }", Guard::kUndecidable},
         {"if ($ssl_client_verify != SUCCESS) { return 302 /; }", Guard::kUndecidable},
         {"if ($ssl_client_verify != SUCCESS) { set $deny 1; }", Guard::kUndecidable},
         {"if ($ssl_client_verify != SUCCESS) { break; return 403; }", Guard::kUndecidable},
         {"if ($ssl_client_verify) { return 403; }", Guard::kUndecidable}});
}

TEST_CASE("guards: anything else that reads the verdict is undecidable") {
  check({{"location / { proxy_set_header X ${ssl_client_verify}; }", Guard::kUndecidable},
         {"proxy_set_header DN \"a $ssl_client_s_dn b\";", Guard::kUndecidable},
         {"fastcgi_param V $SSL_Client_Verify;", Guard::kUndecidable},
         {"", Guard::kUndecidable, "proxy_set_header V $ssl_client_verify;"},
         {"access_by_lua_block { x() }", Guard::kUndecidable},
         {"location / { js_content a.b; }", Guard::kUndecidable},
         {"location / { perl P::h; }", Guard::kUndecidable},
         {"auth_request /a;", Guard::kUndecidable},
         {"", Guard::kUndecidable, "auth_request /a;"}});
}

TEST_CASE(
    "guards: a map carries the verdict into the variable it defines, through other maps too") {
  const std::string map = "map $ssl_client_verify $bad { default 1; SUCCESS 0; } ";
  const std::string second = "map $x$bad $worse { default 1; } ";
  check(
      {{"if ($bad) { return 403; }", Guard::kUndecidable, map},
       {"if ($worse) { return 403; }", Guard::kUndecidable, second + map},
       {"if ($v) { return 403; }", Guard::kUndecidable, "map $a $v { b $ssl_client_fingerprint; }"},
       {"if ($v) { return 403; }", Guard::kUndecidable, "js_set $v m.f;"},
       {"if ($other) { return 403; }", Guard::kNone, map + second}});
}

TEST_CASE("guards: nothing that looks at the verdict is none, and a log line does not look") {
  check({{"", Guard::kNone},
         {"location / { proxy_pass http://b; } if ($host) { return 403; }", Guard::kNone},
         {"access_log /x $ssl_client_verify;", Guard::kNone},
         {"auth_request off;", Guard::kNone},
         {"", Guard::kNone, "log_format f $ssl_client_verify; js_import m from m.js;"},
         {"", Guard::kNone, "server { " + kRefusal + "}"}});
}

}  // namespace mtls::config
