// The HTTP server over TLS, with real clients.
#include <openssl/ssl.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/wire/http_client.h"
#include "tests/support/wire/http_load.h"
#include "tests/unit/daemon/web/web_scene.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::CertificateSpec;
using mtls::testing::HttpConnection;

// 200, or 0 if refused in the handshake or right after it.
enum class Client { kNone, kTrusted, kForeign, kExpired };

TlsClient as_client(Client kind, const WebFiles& files) {
  if (kind == Client::kNone) return {};
  if (kind == Client::kTrusted) return with_certificate(files.scraper);
  if (kind == Client::kForeign) return with_certificate(client("stranger", authority("Others")));
  CertificateSpec spec = mtls::testing::client_spec("CN=late", files.ca);
  spec.not_before = now() - 48h;
  spec.not_after = now() - 24h;
  return with_certificate(mtls::testing::mint(spec));
}

TEST_CASE("N12: each client_auth_type lets in the same clients as Go's, and no others") {
  struct Row {
    std::string config;
    int none, trusted, foreign, expired;
  };
  const auto asking = [](const std::string& type) {
    return kPair + "  client_auth_type: " + type + "\n";
  };
  const std::vector<Row> rows{
      {kPair, 200, 200, 200, 200},
      {asking("NoClientCert"), 200, 200, 200, 200},
      {asking("RequestClientCert"), 200, 200, 200, 200},
      {asking("RequireAnyClientCert"), 0, 200, 200, 200},
      {asking("VerifyClientCertIfGiven"), 200, 0, 0, 0},  // no client CA is trusted
      {verifying("RequestClientCert"), 200, 200, 200, 200},
      {verifying("RequireAnyClientCert"), 0, 200, 200, 200},
      {verifying("VerifyClientCertIfGiven"), 200, 200, 0, 0},
      {verifying("RequireAndVerifyClientCert"), 0, 200, 0, 0}};
  const WebFiles files;
  for (const Row& row : rows) {
    CAPTURE(row.config);
    files.config(row.config);
    const GuardedServer server(files);
    CHECK(server.scrape(as_client(Client::kNone, files)) == row.none);
    CHECK(server.scrape(as_client(Client::kTrusted, files)) == row.trusted);
    CHECK(server.scrape(as_client(Client::kForeign, files)) == row.foreign);
    CHECK(server.scrape(as_client(Client::kExpired, files)) == row.expired);
  }
}

TEST_CASE(
    "tls: client_allowed_sans lets in exact names of every kind, and no certificate without such a "
    "name") {
  struct Row {
    std::string allowed;
    bool fits;
  };
  const std::vector<Row> rows{{"prometheus.example", true},
                              {"'*.example'", false},
                              {"PROMETHEUS.example", false},
                              {"example", false},
                              {"prometheus.example.org", false},
                              {"client", false},  // the common name
                              {"192.0.2.7", true},
                              {"192.0.2.8", false},
                              {"'2001:db8::7'", true},
                              {"'2001:0db8:0::7'", true},
                              {"ops@example.org", true},
                              {"ops@example.com", false},
                              {"'spiffe://example.org/prometheus'", true},
                              {"'spiffe://example.org/'", false},
                              {"other.example, prometheus.example", true}};
  const WebFiles files;
  CertificateSpec spec = mtls::testing::client_spec("CN=client", files.ca);
  spec.dns_names = {"prometheus.example"};
  spec.other_names = {"IP:192.0.2.7", "IP:2001:db8::7", "email:ops@example.org",
                      "URI:spiffe://example.org/prometheus"};
  const TlsClient named = with_certificate(mint_now(spec));
  for (const Row& row : rows) {
    CAPTURE(row.allowed);
    files.config(verifying("RequireAndVerifyClientCert") + "  client_allowed_sans: [" +
                 row.allowed + "]\n");
    const GuardedServer server(files);
    CHECK(server.scrape(named) == (row.fits ? 200 : 0));
    CHECK(server.scrape(with_certificate(files.scraper)) == 0);  // has no such extension
  }
  files.config(verifying("VerifyClientCertIfGiven") +
               "  client_allowed_sans: [prometheus.example]\n");
  const GuardedServer server(files);
  CHECK(server.scrape(named) == 200);
  CHECK(server.scrape() == 0);
}

TEST_CASE("tls: an intermediate certificate as a client CA is a trust anchor") {
  const WebFiles files;
  CertificateSpec spec = mtls::testing::ca_spec("CN=Intermediate", &files.ca);
  const Minted intermediate = mint_now(spec);
  files.dir.write("ca.pem", intermediate.certificate_pem);
  files.config(verifying("RequireAndVerifyClientCert"));
  const GuardedServer server(files);
  CHECK(server.scrape(with_certificate(client("below", intermediate))) == 200);
  CHECK(server.scrape(with_certificate(files.scraper)) == 0);
}

TEST_CASE("N12: only TLS 1.2 and 1.3 are served, or fewer if so configured") {
  struct Row {
    std::string config;
    std::vector<int> served;
  };
  const std::vector<Row> rows{
      {kPair, {TLS1_2_VERSION, TLS1_3_VERSION}},
      {kPair + "  min_version: TLS10\n", {TLS1_2_VERSION, TLS1_3_VERSION}},
      {kPair + "  min_version: TLS13\n", {TLS1_3_VERSION}},
      {kPair + "  max_version: TLS12\n", {TLS1_2_VERSION}},
      {kPair + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n", {TLS1_3_VERSION}}};
  const WebFiles files;
  for (const Row& row : rows) {
    CAPTURE(row.config);
    files.config(row.config);
    const GuardedServer server(files);
    std::vector<int> served;
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
      if (server.scrape({.lowest = version, .highest = version}) == 200) served.push_back(version);
    }
    CHECK(served == row.served);
  }
}

TEST_CASE("tls: suites and curves are those configured, in the order of the configured side") {
  const std::string two =
      "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n";
  const std::string order = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
  const WebFiles files;
  const auto chosen = [&](const std::string& config, const TlsClient& client) {
    files.config(config);
    const GuardedServer server(files);
    const TlsConnection connection(server.web.port, client);
    return connection.connected() ? connection.cipher() : "";
  };
  const TlsClient old{.highest = TLS1_2_VERSION, .ciphers = order};
  CHECK(chosen(kPair + two, old) == "ECDHE-ECDSA-AES256-GCM-SHA384");
  CHECK(chosen(kPair + two + "  prefer_server_cipher_suites: false\n", old) ==
        "ECDHE-ECDSA-AES128-GCM-SHA256");
  const TlsClient other{.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305"};
  CHECK(chosen(kPair + two, other).empty());
  CHECK(chosen(kPair, other) == "ECDHE-ECDSA-CHACHA20-POLY1305");
  const TlsClient weak{.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"};
  CHECK(chosen(kPair, weak).empty());
  const std::string curve = kPair + "  curve_preferences: [CurveP384]\n";
  CHECK(chosen(curve, {.curves = "P-256"}).empty());
  CHECK_FALSE(chosen(curve, {.curves = "P-256:P-384"}).empty());
}

TEST_CASE("N12: there is no renegotiation and no session resumption") {
  const WebFiles files;
  files.config(verifying("RequireAndVerifyClientCert"));
  const GuardedServer server(files);
  TlsClient scraper = with_certificate(files.scraper);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    scraper.highest = version;
    TlsConnection connection(server.web.port, scraper);
    REQUIRE(connection.ask(kScrape).status == 200);
    CHECK_FALSE(connection.offers_resumption());
    if (version == TLS1_2_VERSION) CHECK_FALSE(connection.renegotiate());
  }
  CHECK(server.scrape(scraper) == 200);
}

TEST_CASE("N12: a new certificate is served to new connections, and the old ones go on") {
  const WebFiles files;
  files.config(kPair);
  const GuardedServer server(files);
  TlsConnection before(server.web.port);
  CHECK(before.server_subject() == "CN=first.example");
  REQUIRE(before.ask(kScrape).status == 200);
  files.write_pair("second.example");
  TlsConnection after(server.web.port);
  CHECK(after.server_subject() == "CN=second.example");
  CHECK(after.ask(kScrape).status == 200);
  CHECK(before.ask(kScrape).status == 200);
}

TEST_CASE("N12: a pair that does not fit together leaves the old one in use") {
  const WebFiles files;
  files.config(kPair);
  const GuardedServer server(files);
  const auto served = [&] {
    TlsConnection connection(server.web.port);
    return connection.ask(kScrape).status == 200 ? connection.server_subject() : "";
  };
  const Minted other = mint_now(named("other"));
  files.dir.rename_over("s.pem", other.certificate_pem);
  CHECK(served() == "CN=first.example");
  files.dir.rename_over("s.pem", "-----BEGIN CERTIFICATE-----\nhalf");
  CHECK(served() == "CN=first.example");
  run_in(files.dir, "rm s.pem");
  CHECK(served() == "CN=first.example");
  files.dir.rename_over("s.pem", other.certificate_pem);
  files.write_key(other);
  CHECK(served() == "CN=other");
  run_in(files.dir, "chmod o+r s.key");
  CHECK(served() == "CN=other");
}

TEST_CASE("tls: a removed client CA lets no client in any more") {
  const WebFiles files;
  files.config(verifying("RequireAndVerifyClientCert"));
  const GuardedServer server(files);
  const TlsClient scraper = with_certificate(files.scraper);
  CHECK(server.scrape(scraper) == 200);
  files.dir.rename_over("ca.pem", authority("Successor").certificate_pem);
  CHECK(server.scrape(scraper) == 0);
}

TEST_CASE("tls: plain HTTP gets no answer and does no harm") {
  const WebFiles files;
  files.config(kPair);
  const GuardedServer server(files);
  CHECK(mtls::testing::ask(server.web.port, kScrape).status == 0);
  CHECK(server.scrape() == 200);
}

TEST_CASE("tls: a refused body is taken in, so that no reset overtakes the answer") {
  const WebFiles files;
  files.config(kPair);
  const GuardedServer server(files);
  TlsConnection connection(server.web.port);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  CHECK(connection.ask(request + std::string(100'000, 'x')).status == 413);
}

TEST_CASE("tls: a private key that every user may read is refused at the start") {
  const WebFiles files;
  system::Disk disk;
  const std::string path = files.config(kPair);
  run_in(files.dir, "chmod 604 s.key");
  const auto open = web::auth::LiveWebConfig::open(disk, path);
  REQUIRE_FALSE(open);
  CHECK(open.error().code == base::ErrorCode::kPermission);
  CHECK_THAT(open.error().message, Catch::Contains("s.key") && Catch::Contains("chmod o-rwx"));
  run_in(files.dir, "chmod 640 s.key");
  CHECK(web::auth::LiveWebConfig::open(disk, path));
}

TEST_CASE("N12: 300 stalled handshakes neither delay a scrape nor outlive their deadline") {
  mtls::testing::allow_many_descriptors();
  const WebFiles files;
  files.config(kPair);
  const GuardedServer server(files, {.handshake_deadline = 2s});
  std::vector<HttpConnection> stalled;
  for (int i = 0; i < 300; ++i) {
    stalled.emplace_back(server.web.port);
    stalled.back().send("\x16\x03\x01");  // the beginning of a hello
  }
  for (int i = 0; i < 10; ++i) CHECK(server.scrape() == 200);
  CHECK(stalled.back().closed_by_peer());
}

}  // namespace
}  // namespace mtls::daemon::testing
