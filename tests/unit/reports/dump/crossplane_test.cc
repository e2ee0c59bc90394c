#include "reports/dump/crossplane.h"

#include "tests/unit/reports/json_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;
using fixture::Json;

std::string dumped(Host& host) {
  const auto snapshot = host.scratch();
  return dump::dump_crossplane({.assessment = {.snapshot = *snapshot}, .disk = host.disk});
}

Json parsed(Host& host) { return Json::parse(dumped(host))["config"][0]["parsed"]; }

TEST_CASE("dump crossplane: one line with crossplane's keys in crossplane's order") {
  Host host;
  host.conf("events {}\ninclude a.conf;\n");
  host.disk.put("/etc/nginx/a.conf", "# nothing\nuser\n 'www' \"\"; # data\n");
  CHECK(dumped(host) == R"({"status":"ok","errors":[],"config":[)"
                        R"({"file":"/etc/nginx/nginx.conf","status":"ok","errors":[],"parsed":[)"
                        R"({"directive":"events","line":1,"args":[],"block":[]},)"
                        R"({"directive":"include","line":2,"args":["a.conf"],"includes":[1]}]},)"
                        R"({"file":"/etc/nginx/a.conf","status":"ok","errors":[],"parsed":[)"
                        R"({"directive":"user","line":2,"args":["www",""]}]}]})"
                        "\n");
}

TEST_CASE("dump crossplane: the words of if stand without the parentheses around them") {
  struct Row {
    const char* condition;
    std::vector<std::string> args;
  };
  for (const Row& row : {Row{"($a)", {"$a"}}, Row{"( $a = b )", {"$a", "=", "b"}},
                         Row{"($a = \"b\")", {"$a", "=", "b"}}, Row{"($a != b)", {"$a", "!=", "b"}},
                         Row{"()", {}}, Row{"$a", {"$a"}}, Row{"(", {"("}}}) {
    CAPTURE(row.condition);
    Host host;
    host.conf("events {} http { server { if " + std::string(row.condition) + " { } } }");
    CHECK(parsed(host)[1]["block"][0]["block"][0]["args"] == Json(row.args));
  }
}

TEST_CASE("dump crossplane: words are nginx's, and what is not ASCII is escaped") {
  Host host;
  host.conf("events {} a \"x\\ty\\d\" '\\'' ${b}c \xC3\xA9 \xFF;");
  CHECK_THAT(dumped(host), Catch::Contains(R"("args":["x\ty\\d","'","${b}c","\u00e9","\ufffd"])"));
}

TEST_CASE("dump crossplane: Lua is one word, and a block without a tree") {
  Host host;
  host.conf(
      "events {} http { content_by_lua_block { if a then b = {} end } set_by_lua_block $x { }}");
  const Json http = parsed(host)[1]["block"];
  CHECK(http[0]["args"] == Json({" if a then b = {} end "}));
  CHECK_FALSE(http[0].contains("block"));
  CHECK(http[1]["args"] == Json({"$x", " "}));
}

TEST_CASE("dump crossplane: an error fails its file and the whole, in nginx's words") {
  Host host;
  host.conf("events {}\ninclude a.conf;\n");
  host.disk.put("/etc/nginx/a.conf", "http {\n}\n}\n");
  const Json json = Json::parse(dumped(host));
  const std::string text = "unexpected \"}\" in /etc/nginx/a.conf:3";
  CHECK(json["status"] == "failed");
  CHECK(json["errors"] ==
        Json::array({{{"file", "/etc/nginx/a.conf"}, {"error", text}, {"line", 3}}}));
  CHECK(json["config"][0]["status"] == "ok");
  CHECK(json["config"][1]["status"] == "failed");
  CHECK(json["config"][1]["errors"] == Json::array({{{"error", text}, {"line", 3}}}));
  CHECK(json["config"][1]["parsed"][0]["directive"] == "http");
}

TEST_CASE("dump crossplane: what place, number of words, syntax and includes forbid is an error") {
  struct Row {
    const char* text;
    const char* error;
  };
  for (const Row& row : {
           Row{"events {} http { server { listen 80 }}", "unexpected \"}\" in"},
           Row{"events {} http { listen 80; }", "\"listen\" directive is not allowed here in"},
           Row{"events {} server { }", "\"server\" directive is not allowed here in"},
           Row{"events {} http { server { location / { ssl_verify_client on; } } }",
               "\"ssl_verify_client\" directive is not allowed here in"},
           Row{"events {} stream { server { location / { } } }",
               "\"location\" directive is not allowed here in"},
           Row{"events {} http { ssl_verify_client on off; }",
               "invalid number of arguments in \"ssl_verify_client\" directive in"},
           Row{"events {} http { server { root; } }",
               "invalid number of arguments in \"root\" directive in"},
           Row{"events {} http { ssl_verify_client { } }",
               "directive \"ssl_verify_client\" is not terminated by \";\" in"},
           Row{"events {} http;", "directive \"http\" has no opening \"{\" in"},
           Row{"events {} http { sendfile yes; }",
               "invalid value \"yes\" in \"sendfile\" directive, it must be \"on\" or \"off\" in"},
           Row{"events {} http { ssl_session_tickets yes; }",
               "invalid value \"yes\" in \"ssl_session_tickets\" directive, it must be \"on\" or "},
           Row{"events {} http { map $a $b { x y z; } }",
               "invalid number of the map parameters in"},
           Row{"events {} include none.conf;", "open() \"/etc/nginx/none.conf\" failed (2: "},
           Row{"events {} include nginx.conf;", "include of \"/etc/nginx/nginx.conf\": the file"},
       }) {
    CAPTURE(row.text);
    Host host;
    host.conf(row.text);
    const Json json = Json::parse(dumped(host));
    CHECK(json["status"] == "failed");
    REQUIRE_FALSE(json["errors"].empty());
    CHECK(json["errors"][0]["file"] == kConf);
    CHECK(json["errors"][0]["line"] == 1);
    CHECK_THAT(json["errors"][0]["error"].get<std::string>(), Catch::StartsWith(row.error));
    CHECK(json["config"][0]["status"] == "failed");
    CHECK(json["config"][0]["errors"].size() == json["errors"].size());
  }
}

TEST_CASE("dump crossplane: what files, releases and values forbid is no error, as in crossplane") {
  const std::string tls = "events {} http { server { listen 443 ssl; ";
  for (const std::string& text : {
           tls + "ssl_certificate none.pem; ssl_certificate_key none.key; } }",
           tls + "} }",  // nginx: no "ssl_certificate" is defined
           tls + "ssl_certificate server.pem; ssl_certificate_key server.key; ssl_verify_client "
                 "on; } }",
           tls + "ssl_certificate server.pem; ssl_certificate_key server.key; "
                 "ssl_client_certificate clients.pem; ssl_crl none.crl; } }",
           tls + "ssl_verify_client yes; } }",
           tls + "ssl on; } }",
           std::string("events {} http { nobody_knows this; also { that; } }"),
           std::string("events {} stream { server { listen 1; ssl_alpn h2; ssl_ocsp on; } }"),
           std::string("events {} http { server { root a; root b; } }"),
           std::string("events {} http { server { if ($a b c) { } } }"),
           std::string("events {} http { split_clients $a $b { 200% x; } }"),
           std::string("\xEF\xBB\xBF user www; events {}"),
           std::string("user www;"),
           std::string("include none/*.conf; events {}"),
           std::string(""),
       }) {
    CAPTURE(text);
    Host host;
    host.conf(text);
    const Json json = Json::parse(dumped(host));
    CHECK(json["status"] == "ok");
    CHECK(json["errors"] == Json::array());
    CHECK(json["config"][0]["status"] == "ok");
    CHECK(json["config"][0]["errors"] == Json::array());
  }
}

TEST_CASE("dump crossplane: a file included twice tells its error once, each place its own") {
  Host host;
  host.conf("events {}\nhttp {\ninclude a.conf;\ninclude a.conf;\n}\ninclude a.conf;\n");
  host.disk.put("/etc/nginx/a.conf", "server { root; }\n");
  const Json json = Json::parse(dumped(host));
  REQUIRE(json["errors"].size() == 2);
  CHECK_THAT(json["errors"][0]["error"].get<std::string>(), Catch::Contains("arguments in"));
  CHECK_THAT(json["errors"][1]["error"].get<std::string>(), Catch::Contains("not allowed here"));
}

TEST_CASE("dump crossplane: an include that leads nowhere has no index, and an error if literal") {
  Host host;
  host.conf("events {}\ninclude none/*.conf;\ninclude none.conf;\n");
  const Json json = Json::parse(dumped(host));
  CHECK(json["config"].size() == 1);
  CHECK(json["config"][0]["parsed"][1]["includes"] == Json::array());
  CHECK(json["config"][0]["parsed"][2]["includes"] == Json::array());
  CHECK(json["errors"].size() == 1);
  CHECK(json["errors"][0]["line"] == 3);
}

TEST_CASE("dump crossplane: a main file that cannot be read still has its entry") {
  Host host;
  host.disk.remove(kConf);
  const Json json = Json::parse(dumped(host));
  CHECK(json["status"] == "failed");
  REQUIRE(json["config"].size() == 1);
  CHECK(json["config"][0]["file"] == kConf);
  CHECK(json["config"][0]["parsed"] == Json::array());
  CHECK_THAT(json["errors"][0]["error"].get<std::string>(), Catch::StartsWith("open() "));
}

}  // namespace
}  // namespace mtls::reports
