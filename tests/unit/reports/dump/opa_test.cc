#include "reports/dump/opa.h"

#include <fstream>
#include <regex>

#include "tests/unit/reports/json_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;
using fixture::check_places;
using fixture::Json;

Json dumped(Host& host) {
  const auto snapshot = host.scratch();
  return Json::parse(dump::dump_opa({.assessment = {.snapshot = *snapshot}, .disk = host.disk}));
}

TEST_CASE("dump opa: a server block has its effective values under the directives' names") {
  Host host;
  host.conf(http("ssl_verify_client optional; " + server("a.test", kVerifyOn) +
                 server("b.test", kCertificate)));
  check_places(dumped(host), {{"/schema", "nginx-mtls-exporter/opa/v1"},
                              {"/servers/0/file", kConf},
                              {"/servers/0/ssl", true},
                              {"/servers/0/ssl_verify_client", "on"},
                              {"/servers/0/ssl_verify_depth", 2},
                              {"/servers/0/ssl_client_certificate", kBundle},
                              {"/servers/0/ssl_certificate", {kServerPem}},
                              {"/servers/0/ssl_certificate_key", {"/etc/nginx/server.key"}},
                              {"/servers/0/ssl_session_tickets", "on"},
                              {"/servers/0/enforced", true},
                              {"/servers/1/ssl_verify_client", "optional"}});
}

TEST_CASE("dump opa: ssl is what the socket is, also where nginx has a directive of that name") {
  Host host;
  host.policy.build.version = {1, 22, 1};
  check_places(dumped(host), {{"/servers/0/ssl", true}});
}

TEST_CASE("dump opa: what is unset or undecidable is absent") {
  Host host;
  host.conf(http(server(
      "a.test", "ssl_verify_client optional; auth_request /a; " + std::string(kCertificate))));
  const Json json = dumped(host);
  for (const char* field : {"ssl_client_certificate", "ssl_crl", "enforced"}) {
    CAPTURE(field);
    CHECK_FALSE(json["servers"][0].contains(field));
  }
}

TEST_CASE("dump opa: every field that the shipped policy asks for is in the document") {
  std::ifstream in(POLICY_FILE);
  const std::string policy{std::istreambuf_iterator<char>(in), {}};
  Host host;
  const Json json = dumped(host);
  REQUIRE(policy.find("some server in input.servers") != std::string::npos);
  const std::regex field(R"(\bserver\.(\w+))");
  std::set<std::string> asked;
  for (std::sregex_iterator at(policy.begin(), policy.end(), field), end; at != end; ++at) {
    asked.insert((*at)[1]);
  }
  CHECK(asked.size() == 6);
  for (const std::string& name : asked) {
    CAPTURE(name);
    CHECK(json["servers"][0].contains(name));
  }
}

}  // namespace
}  // namespace mtls::reports
