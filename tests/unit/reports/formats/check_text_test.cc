#include "reports/formats/check_text.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/unjudged_client.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

std::string text_of(Host& host, formats::TextStyle style = formats::TextStyle::kPlain,
                    std::size_t columns = 0) {
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  return formats::check_text({.assessment = assessment,
                              .host = "web-3",
                              .issues = issues_of(assessment),
                              .accepted = accepted_issues_of(assessment),
                              .style = style,
                              .columns = columns,
                              .text_of = [&](const std::string& path) {
                                return std::string(host.disk.read(path, 1U << 20U)->text());
                              }});
}

constexpr const char* kNext =
    "Next date: 2031-01-01 00:00 UTC (in 365 days), a server certificate in /etc/nginx/server.pem "
    "ends\n\n";

TEST_CASE("check text: a healthy host is a headline, its server block and a summary") {
  Host host;
  CHECK(text_of(host) ==
        "web-3, nginx 1.31.0: nothing refuses clients, and no server block lets in others\n" +
            std::string(kNext) +
            "server http/a.test/0.0.0.0:443: ssl_verify_client on, depth 2, enforced yes, trust "
            "until 2031-01-01T00:00:00Z\n\n"
            "1 server block in 1 file as of 2030-01-01T00:00:00Z: 0 critical, 0 warning, 0 "
            "info\n");
}

TEST_CASE("check text: a terminal gets columns, and colour where it is wanted") {
  Host host;
  host.canary(minted().client.certificate_pem);
  CHECK_THAT(
      text_of(host, formats::TextStyle::kTable),
      Catch::Contains(
          "SERVER BLOCK  VERIFY  DEPTH  ENFORCED  TRUST UNTIL\n"
          "a.test        on      2      yes       2031-01-01 (in 365 days)\n\n"
          "CLIENT  SERVER BLOCK  FATE      $ssl_client_verify  STATUS  UNTIL                     "
          "REFUSED BY\n"
          "probe   a.test        accepted  SUCCESS             200     2031-01-01 (in 365 days)  "
          "-\n\n"));
  host.canary(minted().other_client.certificate_pem);
  const std::string coloured = text_of(host, formats::TextStyle::kColour);
  CHECK_THAT(coloured, Catch::Contains("\n\x1B[1;31mCRITICAL\x1B[0m canary-rejected  /etc") &&
                           Catch::Contains("  \x1B[1;31mrefused\x1B[0m  FAILED:unable") &&
                           Catch::Contains("  \x1B[32myes\x1B[0m       2031"));
  CHECK(text_of(host, formats::TextStyle::kTable).find('\x1B') == std::string::npos);
}

TEST_CASE("check text: a narrow terminal gets narrow lines, and nothing is lost") {
  Host host;
  host.canary(minted().other_client.certificate_pem);
  const std::string text = text_of(host, formats::TextStyle::kTable, 50);
  CAPTURE(text);
  CHECK_THAT(text, Catch::Contains("CLIENT  SERVER       FATE     $ssl_client_  STATUS\n"
                                   "        BLOCK                 verify\n"));
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    CAPTURE(line);
    const bool is_one_word = line.find(' ', line.find_first_not_of(' ')) == std::string::npos;
    CHECK((line.size() <= 50 || is_one_word || line.starts_with("CRITICAL")));
    begin = end + 1;
  }
}

std::string dead_guard(const std::string& sign) {
  return "if ($ssl_client_s_dn " + sign + " \"CN=a, O=b\") { return 403; }";
}

std::string dead_map(const std::string& condition) {
  return "map $ssl_client_s_dn $in { default 0; \"CN=a, O=b\" 1; }" +
         server("a.test", std::string(kVerifyOn) + "if (" + condition + ") { return 403; }");
}

TEST_CASE("check text: the headline counts what refuses, what will, and who is open") {
  struct Row {
    const char* says;
    std::function<void(Host&)> change;
  };
  const auto ca_until = [](days end) {
    return mint_valid(ca_spec("CN=Clients"), days{-99}, end).certificate_pem;
  };
  const std::string open =
      std::string(kCertificate) + "ssl_client_certificate clients.pem; ssl_verify_client optional;";
  for (const Row& row : std::vector<Row>{
           {"1 thing refuses clients now\n",
            [&](Host& host) { host.disk.put(kBundle, ca_until(days{-1})); }},
           // What explains why a canary is refused is counted once.
           {"1 thing refuses clients now\n",
            [&](Host& host) {
              host.disk.put(kBundle, ca_until(days{-1}));
              host.canary(minted().client.certificate_pem);
            }},
           {"2 things refuse clients within 30 days\n",
            [&](Host& host) { host.disk.put(kBundle, ca_until(days{9})); }},
           {"2 server blocks let in clients that should not pass\n",
            [&](Host& host) { host.conf(http(server("a.test", open) + server("b.test", open))); }},
           {"1 thing refuses clients now, 1 server block lets in clients that should not pass\n",
            [&](Host& host) {
              host.conf(http(server("a.test", open) + server("b.test", kVerifyOn)));
              host.disk.put(kBundle, ca_until(days{-1}));
            }},
           {"nginx refuses this configuration\n",
            [&](Host& host) { host.disk.remove(kServerPem); }},
           {"1 file cannot be read here, and what depends on it is not known\n",
            [&](Host& host) { host.disk.fault(kBundle, base::ErrorCode::kPermission); }},
           // A guard that never matches, with a client that it refuses.
           {"1 thing refuses clients now\n",
            [&](Host& host) {
              host.conf(http(server("a.test", kVerifyOn + dead_guard("!="))));
              host.canary(minted().client.certificate_pem);
            }},
           {"1 server block lets in clients that should not pass\n",
            [&](Host& host) { host.conf(http(server("a.test", kVerifyOn + dead_guard("=")))); }},
           {"1 thing refuses clients now\n",
            [&](Host& host) { host.conf(http(dead_map("$in = 0"))); }},
           {"1 other critical finding\n", [&](Host& host) { host.conf(http(dead_map("$in"))); }},
           {"no server block asks for client certificates, there is nothing to judge\n",
            [&](Host& host) { host.conf(http_server(kCertificate)); }},
       }) {
    Host host;
    row.change(host);
    const std::string text = text_of(host);
    CAPTURE(text);
    CHECK_THAT(text, Catch::StartsWith("web-3, nginx 1.31.0: " + std::string(row.says)));
  }
}

TEST_CASE("check text: the next date is the first of all that end, and none that has ended") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem);
  host.disk.put(kCrl, minted().crl(minted().root));
  host.conf(http_server(std::string(kVerifyOn) + " ssl_crl clients.crl;"));
  CHECK_THAT(text_of(host), Catch::Contains("\nNext date: 2030-01-28 00:00 UTC (in 27 days), the "
                                            "CRL of CN=Root A in /etc/nginx/clients.crl ends\n"));
  host.disk.put(kCrl, minted().crl(minted().root, days{-9}, days{-1}));
  CHECK_THAT(text_of(host), Catch::Contains("\nNext date: 2031-01-01"));
}

TEST_CASE("check text: a client that cannot be judged is not known, with the reason (R9.4)") {
  Host host;
  put_unjudged_client(host);
  CHECK_THAT(text_of(host), Catch::Contains(": not known, ") &&
                                Catch::Contains("nginx's OpenSSL 3.") &&
                                !Catch::Contains("refused"));
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
                 Catch::Contains("CRITICAL canary-rejected  /etc/nginx/nginx.conf:5\n"
                                 "  5 | if ($ssl_client_s_dn != \"CN=nobody\") { return 403; }"));
}

TEST_CASE("check text: a client that is served, but not everywhere, is told where it is refused") {
  Host host;
  host.conf("events { }\nhttp {\n" +
            server("a.test", std::string(kVerifyOn) +
                                 " ssl_verify_depth 2; location / { proxy_pass http://b; "
                                 "}\nlocation /v1 {\nif ($ssl_client_s_dn != "
                                 "\"CN=nobody\") { return 403; } proxy_pass http://b; }") +
            "}\n");
  host.canary(minted().client.certificate_pem);
  CHECK_THAT(text_of(host),
             Catch::Contains("SUCCESS, 200, ") &&
                 Catch::Contains(", some paths refused by /etc/nginx/nginx.conf:5 if "
                                 "($ssl_client_s_dn != \"CN=nobody\")"));
}

TEST_CASE("check text: what nginx refuses is said once, first, in its words, with the place") {
  Host host;
  host.conf("events { }\nhttp {\nserver { ssl_verify_client yes; } }\n");
  const std::string text = text_of(host);
  CHECK_THAT(text, Catch::Contains("\n\nCRITICAL nginx-refuses-config  /etc/nginx/nginx.conf:3\n"
                                   "  3 | server { ssl_verify_client yes; } }\n"
                                   "    |                               ^ invalid value \"yes\" in "
                                   "/etc/nginx/nginx.conf:3\n") &&
                       Catch::Contains(": 1 critical"));
  CHECK(text.find("invalid value") == text.rfind("invalid value"));
}

TEST_CASE("check text: of many refusals five have a paragraph, and the rest is counted") {
  Host host;
  std::string servers;
  for (int i = 0; i < 7; ++i)
    servers += "server { listen 808" + std::to_string(i) + "; ssl_verify_client wrong" +
               std::to_string(i) + "; }\n";
  host.conf("events { }\nhttp {\n" + servers + "}\n");
  REQUIRE(host.scratch()->nginx_errors().size() == 7);
  CHECK_THAT(text_of(host), Catch::Contains("wrong4") && !Catch::Contains("wrong5") &&
                                Catch::Contains("\nAnd 2 more reasons why nginx refuses") &&
                                Catch::Contains(": 7 critical"));
}

TEST_CASE("check text: a file is named once, whole, and not in the words") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + minted().root.key_pem);
  CHECK_THAT(text_of(host), Catch::Contains(" ^ holds a private key\n") &&
                                Catch::Contains("\n  File: /etc/nginx/clients.pem\n"));
}

TEST_CASE("check text: what nginx refuses is told whatever the settings and the source of texts") {
  Host host;
  host.conf("events { }\nhttp {\nserver { ssl_verify_client yes; } }\n");
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  const std::string text = formats::check_text({.assessment = assessment, .issues = {}});
  CHECK_THAT(text, Catch::StartsWith("nginx 1.31.0: nginx refuses this configuration\n\n"
                                     "CRITICAL nginx-refuses-config  /etc/nginx/nginx.conf:3\n"
                                     "  invalid value \"yes\" in /etc/nginx/nginx.conf:3\n"));
}

TEST_CASE("check text: a cause says where, what, what follows, for whom and what to do") {
  Host host;
  const std::string crl = std::string(kVerifyOn) + "\n  ssl_crl clients.crl;";
  host.conf(http(server("a.test", crl) + server("b.test", crl)));
  host.disk.put(kCrl, minted().crl(minted().root, days{-9}, days{-1}));
  const audit::rules::Rule& rule = audit::rules::rule_of(FindingKind::kCrlStale);
  CHECK_THAT(
      text_of(host),
      Catch::Contains("\n\nCRITICAL crl-stale  /etc/nginx/nginx.conf:4\n"
                      "  4 |   ssl_crl clients.crl; }\n"
                      "    |           ^ the CRL of CN=Root A expired at 2029-12-31 00:00 UTC "
                      "(1 day ago)\n"
                      "  " +
                      std::string(rule.meaning) +
                      "\n"
                      "  File: /etc/nginx/clients.crl\n"
                      "  Servers: a.test, b.test\n"
                      "  Also at: /etc/nginx/nginx.conf:6\n"
                      "  Fix: " +
                      std::string(rule.remedy) + "\n\n") &&
          Catch::Contains(": 2 critical, 1 warning, 0 info\n"));
}

TEST_CASE("check text: server blocks of one name are told apart, and so are those outside http") {
  Host host;
  host.disk.put(kBundle, mint_valid(ca_spec("CN=Old"), days{-9}, days{-1}).certificate_pem);
  const std::string stream = "stream { server { listen 127.0.0.1:8443 ssl; proxy_pass b; " +
                             std::string(kVerifyOn) + " } }\n";
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn, "8443 ssl") +
                 server("b.test", kVerifyOn)) +
            stream);
  CHECK_THAT(text_of(host), Catch::Contains("  Servers: a.test (0.0.0.0:443), a.test "
                                            "(0.0.0.0:8443), b.test, stream 127.0.0.1:8443\n"));
}

TEST_CASE("check text: of many server blocks five are named") {
  Host host;
  host.disk.put(kBundle, mint_valid(ca_spec("CN=Old"), days{-9}, days{-1}).certificate_pem);
  std::string servers;
  for (int i = 1; i <= 7; ++i) servers += server("s" + std::to_string(i), kVerifyOn);
  host.conf(http(servers));
  CHECK_THAT(text_of(host), Catch::Contains("  Servers: s1, s2, s3, s4, s5 and 2 more\n") &&
                                Catch::Contains("CRITICAL ca-expired  /etc/nginx/nginx.conf:3\n") &&
                                Catch::Contains("nginx.conf:8 and 1 more\n"));
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
