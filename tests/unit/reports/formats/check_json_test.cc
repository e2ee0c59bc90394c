#include "reports/formats/check_json.h"

#include "tests/unit/audit/unjudged_client.h"
#include "tests/unit/reports/json_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;
using fixture::check_places;
using fixture::Json;
using fixture::keys_of;

Json checked(Host& host) {
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  return Json::parse(formats::check_json({.assessment = assessment,
                                          .issues = issues_of(assessment),
                                          .accepted = accepted_issues_of(assessment)}));
}

TEST_CASE("check json: a finding says whether it is accepted, and the accepted ones come last") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + minted().root.certificate_pem);
  host.conf(http(server("a.test", std::string(kVerifyOn) + " ssl_verify_depth 10;")));
  host.policy.rules.severities = {{FindingKind::kDepthUnbounded, audit::Severity::kCritical}};
  host.policy.accept = {{.rule = FindingKind::kDepthUnbounded,
                         .until = kT0 + days{1},
                         .reason = "agreed",
                         .settings_file = "/s.yml"}};
  check_places(checked(host), {{"/findings/0/rule", "duplicate-certificate"},
                               {"/findings/0/accepted", nullptr},
                               {"/findings/1/rule", "depth-unbounded"},
                               {"/findings/1/severity", "critical"},
                               {"/findings/1/accepted/reason", "agreed"},
                               {"/findings/1/accepted/until", "2030-01-02T00:00:00Z"}});
  host.policy.accept.front().until.reset();
  check_places(checked(host), {{"/findings/1/accepted/until", nullptr}});
}

TEST_CASE("check json: a healthy host has its nginx, server block, files and no finding") {
  Host host;
  host.policy.build.version = {1, 22, 1};
  const Json json = checked(host);
  CHECK(keys_of(json) == std::vector<std::string>{"schema", "evaluated_at", "nginx", "servers",
                                                  "upstreams", "files", "findings"});
  check_places(json, {{"/schema", "nginx-mtls-exporter/check/v1"},
                      {"/evaluated_at", "2030-01-01T00:00:00Z"},
                      {"/nginx/conf", kConf},
                      {"/nginx/version", "1.22.1"},
                      {"/nginx/files", {kConf}},
                      {"/nginx/errors", Json::array()},
                      {"/servers/0/id", "http/a.test/0.0.0.0:443"},
                      {"/servers/0/context", "http"},
                      {"/servers/0/file", kConf},
                      {"/servers/0/line", 3},
                      {"/servers/0/server_names", {"a.test"}},
                      {"/servers/0/listen/0/address", "0.0.0.0"},
                      {"/servers/0/listen/0/port", 443},
                      {"/servers/0/listen/0/ssl", true},
                      {"/servers/0/listen/0/default_server", true},
                      {"/servers/0/ssl", true},
                      {"/servers/0/inert", false},
                      {"/servers/0/verify_client", "on"},
                      {"/servers/0/verify_depth", 2},
                      {"/servers/0/verify_depth_required", 0},
                      {"/servers/0/client_certificate", kBundle},
                      {"/servers/0/crl", nullptr},
                      {"/servers/0/certificates/0/certificate", kServerPem},
                      {"/servers/0/certificates/0/certificate_key", "/etc/nginx/server.key"},
                      {"/servers/0/advertised_ca_names", {"CN=Root A"}},
                      {"/servers/0/trust_expires", "2031-01-01T00:00:00Z"},
                      {"/servers/0/enforced", true},
                      {"/servers/0/enforced_note", nullptr},
                      {"/servers/0/clients", Json::array()},
                      {"/findings", Json::array()}});
}

TEST_CASE("check json: a file says who uses it and what is in it") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  host.disk.put(kCrl, minted().crl(minted().root));
  const Json json = checked(host);
  REQUIRE(json["files"].size() == 3);
  check_places(json, {{"/files/0/path", kCrl},
                      {"/files/0/used_as", {"ssl_crl"}},
                      {"/files/0/crls/0/issuer", "CN=Root A"},
                      {"/files/0/crls/0/next_update", "2030-01-28T00:00:00Z"},
                      {"/files/0/crls/0/revoked", 0},
                      {"/files/1/path", kBundle},
                      {"/files/1/used_as", {"ssl_client_certificate"}},
                      {"/files/1/readable", true},
                      {"/files/1/error", nullptr},
                      {"/files/1/certificates/0/subject", "CN=Root A"},
                      {"/files/1/certificates/0/not_after", "2031-01-01T00:00:00Z"},
                      {"/files/1/certificates/0/role", "root"},
                      {"/files/2/certificates/0/role", nullptr}});
}

TEST_CASE("check json: a renewed CA says which certificate takes over, the last one none") {
  Host host;
  CertificateSpec renewed = ca_spec("CN=Root A");
  renewed.same_key_as = &minted().root;
  renewed.not_after = kT0 + days{900};
  host.disk.put(kBundle, minted().root.certificate_pem + testing::mint(renewed).certificate_pem);
  const Json json = checked(host);
  const Json& both = json["files"][0]["certificates"];
  REQUIRE(both.size() == 2);
  CHECK(both[0]["superseded_by"] == both[1]["sha256"]);
  CHECK(both[1]["superseded_by"] == nullptr);
}

TEST_CASE("check json: each certificate of a CA file has its own problems, by the metric's words") {
  Host host;
  const Minted weak = [] {
    CertificateSpec spec = ca_spec("CN=Weak");
    spec.key = testing::KeyKind::kRsa1024;
    return mint_valid(spec, days{-90}, days{-1});
  }();
  host.disk.put(kBundle, minted().root.certificate_pem + weak.certificate_pem +
                             minted().deep_client.certificate_pem + minted().root.certificate_pem);
  const Json file = checked(host)["files"][0];
  const std::vector<Json> expected{Json::array(),
                                   {"weak_key", "expired", "expired_needed"},
                                   {"leaf_as_ca", "missing_issuer"},
                                   Json::array()};
  REQUIRE(file["certificates"].size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(i);
    CHECK(file["certificates"][i]["problems"] == expected[i]);
  }
  CHECK(checked(host)["files"][1]["certificates"][0]["problems"] == Json::array());
}

TEST_CASE(
    "check json: what one edit of the configuration repairs is fixable, what files need is not") {
  Host host;
  host.disk.put(kBundle, mint_valid(ca_spec("CN=Old"), days{-9}, days{-1}).certificate_pem);
  host.conf(http(server("a.test", std::string(kVerifyOn) + " server_tokens on;")));
  std::map<std::string, bool> fixable;
  const Json json = checked(host);
  for (const Json& finding : json["findings"]) fixable[finding["rule"]] = finding["fixable"];
  CHECK(fixable == std::map<std::string, bool>{{"ca-expired", false}, {"server-tokens-on", true}});
}

TEST_CASE(
    "check json: a finding has the severity that the settings give it, and its place by that") {
  Host host;
  host.disk.put(kBundle, mint_valid(ca_spec("CN=Old"), days{-9}, days{-1}).certificate_pem);
  host.conf(http(server("a.test", std::string(kVerifyOn) + " server_tokens on;")));
  host.policy.rules.severities = {{FindingKind::kServerTokensOn, audit::Severity::kCritical},
                                  {FindingKind::kCaExpired, audit::Severity::kWarning}};
  check_places(checked(host), {{"/findings/0/rule", "server-tokens-on"},
                               {"/findings/0/severity", "critical"},
                               {"/findings/1/severity", "warning"}});
}

TEST_CASE("check json: the files of upstreams go by the directives that name them") {
  Host host;
  host.conf(http(server("a.test",
                        "location / { proxy_pass https://backend.test; "
                        "proxy_ssl_verify on; proxy_ssl_trusted_certificate clients.pem; }",
                        "80")));
  const Json json = checked(host);
  check_places(json, {{"/upstreams/0/server", "http/a.test/0.0.0.0:80"},
                      {"/upstreams/0/location", "/"},
                      {"/upstreams/0/directive", "proxy_pass"},
                      {"/upstreams/0/trusted_certificate", kBundle},
                      {"/upstreams/0/name", "backend.test"},
                      {"/files/0/path", kBundle},
                      {"/files/0/used_as", {"proxy_ssl_trusted_certificate"}}});
}

TEST_CASE("check json: an unreadable and a broken file say why") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  host.disk.put(kBundle, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const Json json = checked(host);
  CHECK(json["files"][0]["readable"] == false);
  CHECK(json["files"][0]["sha256"] == nullptr);
  CHECK_THAT(json["files"][0]["error"].get<std::string>(), Catch::Contains("clients.crl"));
  CHECK(json["files"][1]["readable"] == true);
  CHECK_THAT(json["files"][1]["error"].get<std::string>(),
             Catch::StartsWith("the block at line 1"));
}

TEST_CASE("check json: errors say why nginx would refuse, with null where it names no place") {
  Host host;
  host.conf("events { }\nhttp {\nserver { ssl_verify_client yes; } }\n");
  check_places(checked(host), {{"/nginx/errors/0/file", kConf},
                               {"/nginx/errors/0/line", 3},
                               {"/nginx/errors/0/message", "invalid value \"yes\""}});
  host.conf("");
  check_places(checked(host),
               {{"/nginx/errors/0/file", nullptr},
                {"/nginx/errors/0/line", nullptr},
                {"/nginx/errors/0/message", "no \"events\" section in configuration"}});
}

TEST_CASE("check json: a client's fate is what nginx would log and answer") {
  Host host;
  host.canary(minted().client.certificate_pem);
  check_places(checked(host), {{"/servers/0/clients/0/name", "probe"},
                               {"/servers/0/clients/0/client_verify", "SUCCESS"},
                               {"/servers/0/clients/0/code", 0},
                               {"/servers/0/clients/0/http_status", 200},
                               {"/servers/0/clients/0/accepted_until", "2031-01-01T00:00:00Z"}});
  host.canary(minted().other_client.certificate_pem);
  check_places(checked(host), {{"/servers/0/clients/0/client_verify",
                                "FAILED:unable to verify the first certificate"},
                               {"/servers/0/clients/0/code", 21},
                               {"/servers/0/clients/0/http_status", 400},
                               {"/servers/0/clients/0/accepted_until", nullptr},
                               {"/findings/0/rule", "canary-rejected"}});
}

TEST_CASE("check json: a client that cannot be judged has a reason, and no verdict (R9.4)") {
  Host host;
  put_unjudged_client(host);
  const Json json = checked(host);
  check_places(json, {{"/servers/0/clients/0/client_verify", nullptr},
                      {"/servers/0/clients/0/code", nullptr},
                      {"/servers/0/clients/0/accepted", nullptr},
                      {"/servers/0/clients/0/http_status", nullptr},
                      {"/servers/0/clients/0/served", "unknown"},
                      {"/findings", Json::array()}});
  CHECK(json.at("/servers/0/clients/0/undecidable"_json_pointer)
            .get<std::string>()
            .find("nginx's OpenSSL 3.") != std::string::npos);
}

TEST_CASE("check json: whether a client gets to show its certificate (R9.3, R9.18)") {
  namespace der = testing::der;
  Host host;
  host.canary(minted().client.certificate_pem);
  check_places(checked(host), {{"/servers/0/clients/0/offered", true},
                               {"/servers/0/clients/0/handshake_alert", nullptr},
                               {"/nginx/openssl_source", "assumed"}});
  host.policy.build.openssl = {3, 0, 0};  // which has no ML-DSA
  host.canary(der::certificate_pem(
      {.public_key = der::public_key(der::sequence({der::oid("2.16.840.1.101.3.4.3.17")}),
                                     der::numbered(64, 5))}));
  check_places(checked(host), {{"/servers/0/clients/0/offered", false},
                               {"/servers/0/clients/0/client_verify", "NONE"},
                               {"/servers/0/clients/0/accepted", false}});
  host.policy.build.openssl = {3, 5, 0};
  host.canary(der::certificate_pem({.not_after = der::tlv(der::kUtcTime, "3001010000Z")}));
  check_places(checked(host), {{"/servers/0/clients/0/handshake_alert", "decode_error"},
                               {"/servers/0/clients/0/accepted", false},
                               {"/findings/0/rule", "canary-rejected"}});
}

TEST_CASE("check json: a client without a certificate is NONE, and refused where one is demanded") {
  Host host;
  host.policy.canaries = {
      {.name = "nobody", .certificate = "", .expect = audit::Expect::kNothing, .servers = {}}};
  check_places(checked(host), {{"/servers/0/clients/0/name", "nobody"},
                               {"/servers/0/clients/0/client_verify", "NONE"},
                               {"/servers/0/clients/0/code", 0},
                               {"/servers/0/clients/0/http_status", 400},
                               {"/servers/0/clients/0/accepted_until", nullptr},
                               {"/findings", Json::array()}});
  host.conf(http_server(std::string(kCertificate) +
                        "ssl_client_certificate clients.pem; ssl_verify_client optional;"));
  check_places(checked(host), {{"/servers/0/clients/0/client_verify", "NONE"},
                               {"/servers/0/clients/0/http_status", 200}});
}

TEST_CASE("check json: a client of whom nothing is expected raises no finding") {
  Host host;
  host.canary(minted().other_client.certificate_pem, audit::Expect::kNothing);
  check_places(checked(host), {{"/servers/0/clients/0/code", 21}, {"/findings", Json::array()}});
}

TEST_CASE("check json: a client of whom nothing is known has a reason and no answer") {
  Host host;
  host.canary(minted().client.certificate_pem);
  host.disk.fault(kBundle, base::ErrorCode::kPermission);
  const Json json = checked(host);
  check_places(json, {{"/servers/0/clients/0/name", "probe"},
                      {"/servers/0/clients/0/client_verify", nullptr},
                      {"/servers/0/clients/0/code", nullptr},
                      {"/servers/0/clients/0/accepted", nullptr},
                      {"/servers/0/clients/0/served", "unknown"},
                      {"/servers/0/clients/0/http_status", nullptr},
                      {"/servers/0/clients/0/undecidable",
                       "the exporter cannot read " + std::string(kBundle) + ", nginx can"},
                      {"/nginx/errors", Json::array()},
                      {"/findings/0/rule", "unreadable-by-exporter"},
                      {"/findings/0/path", kBundle},
                      {"/findings/0/line", 3}});
  CHECK(json["findings"].size() == 1);
}

TEST_CASE("check json: findings come worst first, with their server, place, file and remedy") {
  Host host;
  const Minted old = mint_valid(ca_spec("CN=Old"), days{-9}, days{-1});
  host.disk.put(kBundle, old.certificate_pem + old.key_pem);
  const Json json = checked(host);
  check_places(json, {{"/findings/0/rule", "ca-expired"},
                      {"/findings/0/severity", "critical"},
                      {"/findings/0/server", "http/a.test/0.0.0.0:443"},
                      {"/findings/0/file", kConf},
                      {"/findings/0/line", 3},
                      {"/findings/0/path", kBundle},
                      {"/findings/0/remedy",
                       std::string(audit::rules::rule_of(FindingKind::kCaExpired).remedy)}});
  CHECK(json["findings"].back()["rule"] == "private-key-in-bundle");
  CHECK(json["findings"].back()["path"] == kBundle);
}

TEST_CASE("check json: enforced is null when undecidable and false when nobody is asked") {
  Host host;
  host.conf(http(server("a.test", std::string(kCertificate) +
                                      "ssl_client_certificate clients.pem; auth_request /a; "
                                      "ssl_verify_client optional;") +
                 server("b.test", kCertificate) + server("c.test", "", "80")));
  check_places(checked(host), {{"/servers/0/enforced", nullptr},
                               {"/servers/1/enforced", false},
                               {"/servers/2/enforced", false},
                               {"/servers/2/ssl", false},
                               {"/servers/2/trust_expires", nullptr}});
}

TEST_CASE("check json: which nginx it is, and why it does not keep what the text says") {
  Host host;
  const std::string pass = " proxy_pass 127.0.0.1:1;";
  host.conf("events { } stream { " + server("d.test", kCertificate + pass) +
            server("a.test", kVerifyOn + pass) + "}");
  host.policy.build = {.version = {1, 30, 6}, .version_source = config::VersionSource::kNamed};
  const Json json = checked(host);
  check_places(json, {{"/nginx/dialect", "nginx"},
                      {"/nginx/package", nullptr},
                      {"/servers/0/enforced_note", nullptr},
                      {"/servers/1/enforced", false}});
  CHECK(json["servers"][1]["enforced_note"].get<std::string>().starts_with(
      "nginx 1.30.6 now and then verifies"));
}

TEST_CASE("check json: a listen is TLS by what its socket is, and a unix socket has no port") {
  Host host;
  host.conf(http(server("a.test", kCertificate) + server("b.test", "", "443") +
                 server("c.test", "", "unix:/run/c.sock")));
  check_places(checked(host), {{"/servers/1/listen/0/ssl", true},
                               {"/servers/1/listen/0/default_server", false},
                               {"/servers/1/listen/0/transport", "tcp"},
                               {"/servers/2/listen/0/address", "unix:/run/c.sock"},
                               {"/servers/2/listen/0/port", nullptr}});
}

TEST_CASE("check json: bytes that are not UTF-8 do not break the document") {
  Host host;
  host.conf(http(server("\"a\xFF.test\"", kVerifyOn)));
  CHECK(checked(host)["servers"][0]["server_names"] == Json({"a\xEF\xBF\xBD.test"}));
}

}  // namespace
}  // namespace mtls::reports
