// The directive that a finding names where the text has no better one, and blocks to which no
// connection leads: what stands in them concerns nobody.
#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using enum FindingKind;

// The line of the first finding of the kind; 0: there is none, or it has no place.
unsigned line_of(Host& host, FindingKind kind) {
  const auto snapshot = host.scratch();
  const auto found = std::ranges::find(snapshot->findings, kind, &audit::Finding::kind);
  CAPTURE(ids(*snapshot));
  return found == snapshot->findings.end() || !found->at ? 0 : found->at->line;
}

TEST_CASE("places: what nginx says of a merged block names the directive to edit") {
  struct Row {
    const char* directives;  // of the server block, from line 4 on
    unsigned line;
    const char* path;
  };
  const std::string begin = "error_log e info; events { }\nhttp {\nserver { listen 443 ssl;\n";
  for (const Row& row : {
           Row{"ssl_certificate server.pem;\nssl_certificate_key server.key;\nssl_verify_client "
               "on;",
               6, ""},
           Row{"ssl_certificate_key server.key;\nssl_certificate server.pem;\n"
               "ssl_client_certificate '';\nssl_verify_client on;",
               6, ""},
           Row{"server_name a.test;\nssl_certificate server.pem;", 5, kServerPem},
           Row{"server_name a.test;", 3, ""},
           Row{"ssl_certificate server.pem;\nssl_certificate_key server.key;\nssl_ocsp on;\n"
               "ssl_client_certificate clients.pem; ssl_verify_client optional_no_ca;",
               6, ""},
       }) {
    CAPTURE(row.directives);
    Host host;
    host.conf(begin + row.directives + "\n} }\n");
    const auto snapshot = host.scratch();
    const auto found =
        std::ranges::find(snapshot->findings, kNginxRefusesConfig, &audit::Finding::kind);
    REQUIRE(found != snapshot->findings.end());
    CAPTURE(found->detail);
    REQUIRE(found->at);
    CHECK(found->at->line == row.line);
    CHECK(found->path == row.path);
  }
}

TEST_CASE("places: a missing directive belongs beside ssl_verify_client") {
  Host host;
  host.policy.profile = audit::Profile::kStrict;
  host.conf("error_log e info; events { }\nhttp {\nserver { listen 443 ssl; " +
            std::string(kCertificate) +
            "\nssl_client_certificate clients.pem;\nssl_verify_client on; } }\n");
  CHECK(line_of(host, kDepthBelowTwo) == 5);
  CHECK(line_of(host, kNoClientRevocation) == 5);
  CHECK(line_of(host, kServerTokensOn) == 5);
}

TEST_CASE("places: a block to which nothing leads has no headers and backends to speak of") {
  const std::string header = "proxy_set_header X-Client $ssl_client_s_dn; ";
  const std::string told =
      std::string(kVerifyOn) + " location / { " + header + "proxy_pass http://app; }";
  const std::string bare = std::string(kCertificate) + " location / { proxy_pass http://app; }";
  const std::string tls = std::string(kCertificate) + " location / { proxy_pass https://b.test; }";
  Host host;
  host.conf(http(server("a.test", told) + server("b.test", bare)));
  CHECK(line_of(host, kIdentityHeaderSpoofable) == 4);
  host.conf(http(server("a.test", told) + server("a.test", bare)));  // the second one is dead
  CHECK(line_of(host, kIdentityHeaderSpoofable) == 0);
  host.conf(http(server("b.test", bare) + server("a.test", kVerifyOn) + server("a.test", told)));
  CHECK(line_of(host, kIdentityHeaderSpoofable) == 0);  // who tells is dead
  host.conf(http(server("a.test", kVerifyOn) + server("b.test", tls)));
  CHECK(line_of(host, kUpstreamNotVerified) == 4);
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", tls)));
  CHECK(line_of(host, kUpstreamNotVerified) == 0);
}

}  // namespace
}  // namespace mtls::audit_fixture
