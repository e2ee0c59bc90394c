#include "reports/dump/json.h"

#include "tests/unit/reports/json_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;
using fixture::check_places;
using fixture::Json;

Json dumped(Host& host) {
  const auto snapshot = host.scratch();
  return Json::parse(dump::dump_json({.assessment = {.snapshot = *snapshot}, .disk = host.disk}));
}

TEST_CASE("dump json: servers and sockets name each other, nothing is judged") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("b.test", "")));
  const Json json = dumped(host);
  CHECK(fixture::keys_of(json) ==
        std::vector<std::string>{"schema", "nginx", "servers", "upstreams", "sockets", "files"});
  check_places(json,
               {{"/schema", "nginx-mtls-exporter/dump/v1"},
                {"/nginx/conf", kConf},
                {"/servers/0/id", "http/a.test/0.0.0.0:443"},
                {"/servers/0/tls_context_of", "http/a.test/0.0.0.0:443"},
                {"/servers/1/tls_context_of", "http/a.test/0.0.0.0:443"},
                {"/sockets/0/context", "http"},
                {"/sockets/0/listen", "0.0.0.0:443"},
                {"/sockets/0/transport", "tcp"},
                {"/sockets/0/ssl", true},
                {"/sockets/0/default_server", "http/a.test/0.0.0.0:443"},
                {"/sockets/0/servers", {"http/a.test/0.0.0.0:443", "http/b.test/0.0.0.0:443"}},
                {"/files/0/path", kBundle}});
  CHECK_FALSE(json["servers"][0].contains("enforced"));
}

TEST_CASE("dump json: a server block that no TLS leads to has nobody's TLS context") {
  Host host;
  host.conf(http(server("a.test", "", "80")));
  check_places(dumped(host), {{"/servers/0/tls_context_of", nullptr}, {"/servers/0/ssl", false}});
}

TEST_CASE("dump json: a broken configuration is dumped with its errors and what could be read") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn)) + "}");
  check_places(dumped(host), {{"/nginx/errors/0/message", "unexpected \"}\""},
                              {"/servers/0/server_names", {"a.test"}}});
}

}  // namespace
}  // namespace mtls::reports
