// What the rules about reachability say of hosts that are alike but for one thing.
#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using audit::Finding;
using enum audit::FindingKind;

const std::string kOtherCa =
    "ssl_certificate server.pem; ssl_certificate_key server.key; "
    "ssl_client_certificate trusted.pem; ssl_verify_client on;";
const std::string kApp = " location / { proxy_pass http://app; }";

/// The details of one kind, in the order of the servers.
std::vector<std::string> details(Host& host, FindingKind kind) {
  std::vector<std::string> out;
  for (const Finding& finding : findings_of(*host.scratch())) {
    if (finding.kind == kind) out.push_back(finding.detail);
  }
  return out;
}

struct Case {
  std::string name;
  std::string servers;
  bool fires;
};

void check(FindingKind kind, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    Host host;
    host.disk.put(kTrusted, minted().other_root.certificate_pem);
    host.disk.put(kCrl, minted().crl(minted().root));
    host.conf(http(c.servers));
    INFO(c.name);
    const auto snapshot = host.scratch();
    CAPTURE(ids(*snapshot));
    CHECK(has(*snapshot, kind) == c.fires);
  }
}

}  // namespace

TEST_CASE("reach rules: server-shadowed looks at every name and every address") {
  check(kServerShadowed,
        {{"the second name of one is the first of the other",
          server("a.test b.test", kVerifyOn) + server("b.test", kVerifyOn), true},
         {"one name of several", server("a.test", kVerifyOn) + server("c.test a.test", kVerifyOn),
          true},
         {"on the second address only",
          server("a.test", kVerifyOn, "8443 ssl") +
              "server { listen 443 ssl; listen 8443 ssl; server_name a.test; " +
              std::string(kVerifyOn) + " }",
          true},
         {"`.a.test` behind `a.test`", server("a.test", kVerifyOn) + server(".a.test", kVerifyOn),
          true},
         {"`*.a.test` beside `a.test`", server("a.test", kVerifyOn) + server("*.a.test", kVerifyOn),
          false},
         {"nameless behind nameless", server("''", kVerifyOn) + server("''", kVerifyOn), true},
         {"a nameless default server",
          server("''", kVerifyOn, "443 ssl") + server("''", kVerifyOn, "443 ssl default_server"),
          true},  // the same labels: one of the two has no series
         {"a default server called _ as another block is, elsewhere too",
          "server { listen 80; listen 443 ssl; server_name _ x.test; " + std::string(kVerifyOn) +
              " }" + server("_", kVerifyOn, "443 ssl default_server"),
          false},
         {"the same name in stream", server("a.test", kVerifyOn) + server("b.test", kVerifyOn),
          false}});
}

TEST_CASE("reach rules: server-shadowed lists the names and where they lead") {
  Host host;
  host.conf(http(server("a.test b.test", kVerifyOn) + server("a.test c.test b.test", kVerifyOn)));
  CHECK(details(host, kServerShadowed) ==
        std::vector<std::string>{
            "\"a.test\" on 0.0.0.0:443 leads to the server block at /etc/nginx/nginx.conf:3, "
            "\"b.test\" on 0.0.0.0:443 leads to the server block at /etc/nginx/nginx.conf:3"});
  host.conf(http(server("a b c d e f g", kVerifyOn) + server("a b c d e f g h", kVerifyOn)));
  REQUIRE(details(host, kServerShadowed).size() == 1);
  CHECK(details(host, kServerShadowed).at(0).ends_with(", and 2 more"));
}

TEST_CASE("reach rules: server-shadowed is critical when the winner asks nobody (R9.16)") {
  const std::string asks = kVerifyOn;
  const std::string open = kCertificate;
  const struct {
    std::string name;
    std::string servers;
    bool is_critical;
  } table[] = {
      {"the winner asks nobody", server("a.test", open) + server("a.test", asks), true},
      {"one of two names", server("a.test", open) + server("b.test a.test", asks), true},
      {"both ask", server("a.test", asks) + server("a.test", asks), false},
      {"nobody asks", server("a.test", open) + server("a.test", open), false},
      {"the loser asks nobody", server("a.test", asks) + server("a.test", open), false},
      {"the winner rejects handshakes",
       server("a.test", "ssl_reject_handshake on;") + server("a.test", asks), false},
      {"the name is lost on a plain address alone",
       server("a.test", "return 301 https://a.test/;", "80") +
           "server { listen 80; listen 443 ssl; server_name a.test; " + asks + " }",
       false},
  };
  for (const auto& row : table) {
    Host host;
    host.conf(http(row.servers));
    INFO(row.name);
    std::vector<Finding> shadowed;
    for (const Finding& one : findings_of(*host.scratch())) {
      if (one.kind == kServerShadowed) shadowed.push_back(one);
    }
    REQUIRE(shadowed.size() == 1);
    CHECK((shadowed[0].severity == audit::Severity::kCritical) == row.is_critical);
    CHECK(shadowed[0].remedy.starts_with("Move ssl_verify_client") == row.is_critical);
  }
}

TEST_CASE("reach rules: of a block to which nothing leads server-shadowed alone is said") {
  Host host;
  host.disk.put(kBundle, minted().server.certificate_pem);  // no CA, in a file that nobody uses
  host.conf(http(server("a.test", kCertificate) + server("a.test", kVerifyOn)));
  CHECK(ids(*host.scratch()) == std::vector<std::string>{"server-shadowed"});
  // On another address the same block is alive.
  host.conf(http(server("a.test", kCertificate) +
                 "server { listen 443 ssl; listen 8443 ssl; server_name a.test; " + kVerifyOn +
                 " }"));
  CHECK(ids(*host.scratch()).size() > 1);
}

TEST_CASE("reach rules: default-server-other-ca, and what keeps it silent (R3.42)") {
  const std::string mine = server("a.test", kVerifyOn);
  const auto behind = [&](const std::string& by_default) {
    return server("d.test", by_default) + mine;
  };
  const std::string both = kOtherCa + " ssl_trusted_certificate clients.pem;";
  check(
      kDefaultServerOtherCa,
      {{"the default server trusts another CA", behind(kOtherCa), true},
       {"it answers 444 itself", behind(kOtherCa + " return 444;"), true},
       {"it trusts ours and another", behind(both), true},
       {"ours trusts the other one too", server("d.test", kOtherCa) + server("a.test", both),
        false},
       {"it asks nobody", behind(kCertificate), false},
       {"it rejects handshakes", behind("ssl_reject_handshake on;"), false},
       {"it rejects handshakes, with a CA", behind(kOtherCa + " ssl_reject_handshake on;"), false},
       {"no Host leads here: all its names are taken",
        server("a.test", kOtherCa) + server("a.test", kVerifyOn), false},
       {"the default server is of another address", server("d.test", kOtherCa, "8443 ssl") + mine,
        false},
       {"the block that wants no certificate",
        server("d.test", kOtherCa) + server("a.test", kCertificate), false},
       {"ours checks revocation, the default server does not",
        server("d.test", kVerifyOn) +
            server("a.test", std::string(kVerifyOn) + " ssl_crl clients.crl;"),
        true},
       {"the other way round",
        server("d.test", std::string(kVerifyOn) + " ssl_crl clients.crl;") + mine, false},
       {"without a certificate the default server's CA is in force (R3.44)",
        server("d.test", kOtherCa) +
            server("a.test", "ssl_client_certificate clients.pem; ssl_verify_client on;"),
        true},
       {"and so is the same one",
        server("d.test", kVerifyOn) +
            server("a.test", "ssl_client_certificate clients.pem; ssl_verify_client on;"),
        false}});
}

TEST_CASE("reach rules: the same CA under another path, or renewed, is no other CA") {
  Host host;
  host.conf(http(server("d.test", kOtherCa) + server("a.test", kVerifyOn)));
  CertificateSpec renewed = ca_spec("CN=Root A");
  renewed.same_key_as = &minted().root;
  for (const Minted& same : {minted().root, mint_valid(renewed, days{-10}, days{3000})}) {
    host.disk.put(kTrusted, same.certificate_pem + minted().intermediate.certificate_pem);
    CHECK(details(host, kDefaultServerOtherCa).empty());
  }
  host.disk.put(kTrusted, minted().other_root.certificate_pem);
  CHECK(details(host, kDefaultServerOtherCa) ==
        std::vector<std::string>{
            "without SNI, the default server of 0.0.0.0:443, the server block at "
            "/etc/nginx/nginx.conf:3, lets in clients of CN=Root B, which is not trusted here"});
}

TEST_CASE("reach rules: a change of the default server's bundle is noticed in the other block") {
  Host host;
  host.conf(http(server("d.test", kOtherCa) + server("a.test", kVerifyOn)));
  host.disk.put(kTrusted, minted().root.certificate_pem);
  const auto before = host.scratch();
  CHECK_FALSE(has(*before, kDefaultServerOtherCa));
  host.disk.put(kTrusted, minted().other_root.certificate_pem);
  const auto after = host.after(before, host.differences(*before));
  CHECK(has(*after, kDefaultServerOtherCa));
  CHECK(findings_of(*after) == findings_of(*host.scratch()));
}

TEST_CASE("reach rules: sni-sibling-without-mtls needs the same backend behind an open door") {
  const std::string mine = server("a.test", kVerifyOn + kApp);
  const auto beside = [&](const std::string& more) {
    return mine + server("b.test", kCertificate + more);
  };
  check(kSniSiblingWithoutMtls,
        {{"the same backend without a certificate", beside(kApp), true},
         {"a public site beside it", beside(" location / { proxy_pass http://site; }"), false},
         {"a redirect", beside(" return 301 https://a.test$request_uri;"), false},
         {"a redirect before the backend", beside(" return 301 https://a.test;" + kApp), false},
         {"a status page", beside(" location /status { stub_status; }"), false},
         {"the health check of the same backend",
          beside(" location /health { proxy_pass http://app; }"), false},
         {"a password instead", beside(" auth_basic staff;" + kApp), false},
         {"on another address", mine + server("b.test", kCertificate + kApp, "8443 ssl"), false},
         {"on a plain address: a plaintext twin, not this", mine + server("b.test", kApp, "80"),
          false},
         {"it enforces too", mine + server("b.test", kVerifyOn + kApp), false},
         {"a default server that rejects handshakes",
          server("_", "ssl_reject_handshake on;" + kApp) + mine, false}});
}

TEST_CASE("reach rules: inert-tls-settings knows whose TLS context counts (R3.44)") {
  const std::string bare = "ssl_client_certificate clients.pem; ssl_verify_client on;";
  check(kInertTlsSettings, {{"no certificate, and the default server asks nobody",
                             server("d.test", kCertificate) + server("a.test", bare), true},
                            {"no certificate, and the default server asks",
                             server("d.test", kVerifyOn) + server("a.test", bare), false},
                            {"an inherited mode behind a plain listen",
                             "ssl_verify_client on;" + server("a.test", "", "80"), false}});
}

}  // namespace mtls::audit_fixture
