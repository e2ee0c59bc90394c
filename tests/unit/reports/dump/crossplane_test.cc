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

TEST_CASE("dump crossplane: an error for which nginx names no file is the main file's") {
  Host host;
  host.conf("");
  const std::string text = "no \"events\" section in configuration";
  const Json json = Json::parse(dumped(host));
  CHECK(json["errors"] == Json::array({{{"file", kConf}, {"error", text}, {"line", nullptr}}}));
  CHECK(json["config"][0]["errors"] == Json::array({{{"error", text}, {"line", nullptr}}}));
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
