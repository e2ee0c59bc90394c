#include "reports/formats/check_text.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

std::string text_of(Host& host, formats::TextStyle style = formats::TextStyle::kPlain) {
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  return formats::check_text({.assessment = assessment,
                              .issues = formats::issues_of(assessment),
                              .accepted = formats::accepted_issues_of(assessment),
                              .style = style,
                              .text_of = [&](const std::string& path) {
                                return std::string(host.disk.read(path, 1U << 20U)->text());
                              }});
}

TEST_CASE("check text: a healthy host is its server block and a summary") {
  Host host;
  CHECK(text_of(host) ==
        "server http/a.test/0.0.0.0:443: ssl_verify_client on, depth 2, enforced yes, trust until "
        "2031-01-01T00:00:00Z\n\n"
        "1 server blocks in 1 files as of 2030-01-01T00:00:00Z: 0 critical, 0 warning, 0 info\n");
}

TEST_CASE("check text: a terminal gets columns, and colour where it is wanted") {
  Host host;
  host.canary(minted().client.certificate_pem);
  CHECK_THAT(
      text_of(host, formats::TextStyle::kTable),
      Catch::StartsWith(
          "SERVER BLOCK             VERIFY  DEPTH  ENFORCED  TRUST UNTIL\n"
          "http/a.test/0.0.0.0:443  on      2      yes       2031-01-01T00:00:00Z\n\n"
          "CLIENT  SERVER BLOCK             FATE      $ssl_client_verify  STATUS  UNTIL        "
          "         REFUSED BY\n"
          "probe   http/a.test/0.0.0.0:443  accepted  SUCCESS             200     "
          "2031-01-01T00:00:00Z  -\n\n"));
  host.canary(minted().other_client.certificate_pem);
  const std::string coloured = text_of(host, formats::TextStyle::kColour);
  CHECK_THAT(coloured, Catch::StartsWith("\x1B[1;31mcritical\x1B[0m: canary-rejected") &&
                           Catch::Contains("  \x1B[1;31mrefused\x1B[0m  FAILED:unable") &&
                           Catch::Contains("  \x1B[32myes\x1B[0m       2031"));
  CHECK(text_of(host, formats::TextStyle::kTable).find('\x1B') == std::string::npos);
}

TEST_CASE("check text: a client that a guard refuses is told with the guard and its place") {
  Host host;
  host.conf(
      "events { }\nhttp {\n" +
      server("a.test", std::string(kVerifyOn) +
                           " ssl_verify_depth 2;\nif ($ssl_client_s_dn = \"\") { return 444; }"
                           "\nif ($ssl_client_s_dn != \"CN=nobody\") { return 403; }") +
      "}\n");
  host.canary(minted().client.certificate_pem);
  CHECK_THAT(text_of(host),
             Catch::Contains("refused, SUCCESS, 403, by /etc/nginx/nginx.conf:5 if "
                             "($ssl_client_s_dn != \"CN=nobody\")") &&
                 Catch::Contains("critical: canary-rejected in http/a.test/0.0.0.0:443 at "
                                 "/etc/nginx/nginx.conf:5"));
}

TEST_CASE("check text: what nginx refuses is said once, first, in its words, with the place") {
  Host host;
  host.conf("events { }\nhttp {\nserver { ssl_verify_client yes; } }\n");
  const std::string text = text_of(host);
  CHECK_THAT(text, Catch::StartsWith("nginx would refuse this configuration: "
                                     "invalid value \"yes\" in /etc/nginx/nginx.conf:3\n"
                                     "    server { ssl_verify_client yes; } }\n"
                                     "                                  ^\n\n") &&
                       Catch::Contains(": 1 critical"));
  CHECK(text.find("invalid value") == text.rfind("invalid value"));
}

TEST_CASE("check text: without a source of texts a refusal has its place and no excerpt") {
  Host host;
  host.conf("events { }\nhttp {\nserver { ssl_verify_client yes; } }\n");
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  CHECK_THAT(formats::check_text({.assessment = assessment, .issues = {}}),
             Catch::StartsWith("nginx would refuse this configuration: "
                               "invalid value \"yes\" in /etc/nginx/nginx.conf:3\n\n"));
}

TEST_CASE("check text: a finding says where, what follows and what to do") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn)));
  const audit::rules::Rule& rule = audit::rules::rule_of(FindingKind::kServerShadowed);
  CHECK_THAT(text_of(host),
             Catch::Contains("warning: server-shadowed in http/a.test/0.0.0.0:443 at "
                             "/etc/nginx/nginx.conf:4\n  ") &&
                 Catch::Contains("\n  consequence: " + std::string(rule.meaning) +
                                 "\n  remedy: " + std::string(rule.remedy) + "\n\n") &&
                 Catch::Contains(": 0 critical, 1 warning, 0 info\n"));
}

TEST_CASE("check text: accepted findings close the text, and the summary does not count them") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) +
                 "# mtls-exporter: accept server-shadowed moves next week\n" +
                 server("a.test", kVerifyOn)));
  const std::string text = text_of(host);
  CHECK_THAT(text, Catch::Contains(": 0 critical, 0 warning, 0 info\n\nAccepted, not counted: 1\n"
                                   "accepted: server-shadowed in http/a.test/0.0.0.0:443 at "
                                   "/etc/nginx/nginx.conf:5: ") &&
                       Catch::EndsWith("\n  reason: moves next week\n"));
  CHECK(text.find("consequence") == std::string::npos);
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn)));
  host.policy.accept = {{.rule = FindingKind::kServerShadowed,
                         .until = kT0 + days{1},
                         .reason = "agreed",
                         .settings_file = "/s.yml"}};
  CHECK_THAT(text_of(host), Catch::EndsWith("\n  reason: agreed\n  until: 2030-01-02T00:00:00Z\n"));
}

TEST_CASE("check text: each client has a line for each server block that asks") {
  Host host;
  host.canary(minted().client.certificate_pem);
  CHECK_THAT(text_of(host), Catch::Contains("client probe at http/a.test/0.0.0.0:443: accepted, "
                                            "SUCCESS, 200, until 2031-01-01T00:00:00Z\n"));
  host.canary(minted().other_client.certificate_pem, audit::Expect::kReject);
  CHECK_THAT(text_of(host), Catch::Contains("client probe at http/a.test/0.0.0.0:443: refused, "
                                            "FAILED:unable to verify the first certificate (21), "
                                            "400\n"));
}

TEST_CASE("check text: control characters of a name do not reach the terminal") {
  Host host;
  host.conf(http(server("\"a\x1B[31m\"", kVerifyOn)));
  host.disk.remove(kBundle);
  CHECK(text_of(host).find('\x1B') == std::string::npos);
}

}  // namespace
}  // namespace mtls::reports
