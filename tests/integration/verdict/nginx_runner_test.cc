// Real nginx, real client certificates: the test support reports what nginx did.
#include <catch2/catch.hpp>

#include <chrono>
#include <string>

#include "tests/support/nginx_runner.h"
#include "tests/support/pki_maker.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {
namespace {

using Catch::Contains;
using Catch::StartsWith;

/// nginx judges by the system clock, so the validity is around the present.
CertificateSpec valid_now(const std::string& subject, const Minted* issuer) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  CertificateSpec spec;
  spec.subject = subject;
  spec.issuer = issuer;
  spec.not_before = now - std::chrono::days{1};
  spec.not_after = now + std::chrono::days{30};
  return spec;
}

Minted authority(const std::string& subject, const Minted* issuer = nullptr) {
  CertificateSpec spec = valid_now(subject, issuer);
  spec.ca = true;
  spec.key_usage = "critical,keyCertSign,cRLSign";
  return mint(spec);
}

Minted client(const std::string& subject, const Minted& issuer, KeyKind key = KeyKind::kEcP256) {
  CertificateSpec spec = valid_now(subject, &issuer);
  spec.key_usage = "digitalSignature";
  spec.extended_key_usage = "clientAuth";
  spec.key = key;
  return mint(spec);
}

/// An nginx with one server block that reports its verdict, for clients of root A or root C.
class Site {
 public:
  Site() {
    CertificateSpec server = valid_now("CN=localhost", &root_a);
    server.dns_names = {"localhost"};
    const Minted minted = mint(server);
    directory.write("server.pem", minted.certificate_pem);
    directory.write("server.key", minted.key_pem);
    directory.write("clients.pem", root_a.certificate_pem + root_c.certificate_pem);
    write_conf("ssl_verify_client on;");
  }

  void write_conf(const std::string& extra) const {
    directory.write("nginx.conf",
                    nginx_http_conf("server { listen 127.0.0.1:" + std::to_string(port) + R"( ssl;
                      ssl_certificate server.pem;
                      ssl_certificate_key server.key;
                      ssl_client_certificate clients.pem;
                      add_header X-Verify $ssl_client_verify always;
                      location / { return 200 "$ssl_client_verify"; }
                      )" + extra + "}"));
  }

  TlsAnswer ask(const std::string& chain_pem, const std::string& key_pem) const {
    return request({.port = port, .client_chain_pem = chain_pem, .client_key_pem = key_pem});
  }
  TlsAnswer ask(const Minted& who) const { return ask(who.certificate_pem, who.key_pem); }

  const Minted root_a = authority("CN=Root A,O=Test");
  const Minted root_c = authority("CN=Root C,O=Test");
  const TempDir directory;
  const std::uint16_t port = free_port();
};

bool nginx_missing() {
  if (NginxRunner::available()) return false;
  WARN("skipped: there is no " << nginx_under_test());
  return true;
}

TEST_CASE("nginx: a client below a CA of the bundle gets SUCCESS") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);

  const TlsAnswer answer = site.ask(client("CN=Good", site.root_a));

  CHECK(answer.error == "");
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("x-verify") == "SUCCESS");
  CHECK(answer.body == "SUCCESS");
}

TEST_CASE("nginx: no certificate is NONE and 400, after a handshake that succeeds") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);

  const TlsAnswer answer = request({.port = site.port});

  CHECK(answer.error == "");
  CHECK(answer.status == 400);
  CHECK(answer.headers.at("x-verify") == "NONE");
  CHECK_THAT(answer.body, Contains("No required SSL certificate was sent"));
  CHECK_THAT(nginx.error_log(), Contains("client sent no required SSL certificate"));
}

TEST_CASE("nginx: a client of an unknown CA is FAILED and 400, and the error log has code 21") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);
  const Minted unknown = authority("CN=Root B,O=Test");

  const TlsAnswer answer = site.ask(client("CN=Stranger", unknown));

  CHECK(answer.error == "");
  CHECK(answer.status == 400);
  CHECK(answer.headers.at("x-verify") == "FAILED:unable to verify the first certificate");
  CHECK_THAT(nginx.error_log(), Contains("client SSL certificate verify error: "
                                         "(21:unable to verify the first certificate)"));
}

TEST_CASE("nginx: the advertised CA names are the bundle's subjects in file order") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);

  // RFC 2253 prints the last RDN first.
  CHECK(request({.port = site.port}).ca_names ==
        std::vector<std::string>{"O=Test,CN=Root A", "O=Test,CN=Root C"});
}

TEST_CASE("nginx: an intermediate counts when the client sends it") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);
  const Minted intermediate = authority("CN=Intermediate", &site.root_a);
  const Minted leaf = client("CN=Below", intermediate);

  const std::string chain = leaf.certificate_pem + intermediate.certificate_pem;
  CHECK(site.ask(chain, leaf.key_pem).headers.at("x-verify") == "SUCCESS");
  CHECK_THAT(site.ask(leaf).headers.at("x-verify"), StartsWith("FAILED:"));
}

TEST_CASE("nginx: a key too weak for the server still reaches it") {
  if (nginx_missing()) return;
  const Site site;
  site.write_conf("ssl_verify_client on; ssl_ciphers DEFAULT@SECLEVEL=2;");
  const NginxRunner nginx(site.directory);

  const TlsAnswer answer = site.ask(client("CN=Weak", site.root_a, KeyKind::kRsa1024));

  CHECK(answer.status == 400);
  CHECK(answer.headers.at("x-verify") == "FAILED:EE certificate key too weak");
}

TEST_CASE("nginx: SNI selects the server block whose CA names are sent") {
  if (nginx_missing()) return;
  const Site site;
  site.directory.write("other.pem", site.root_c.certificate_pem);
  site.write_conf("ssl_verify_client on; } server { listen 127.0.0.1:" + std::to_string(site.port) +
                  R"( ssl; server_name other.test; ssl_verify_client on;
                    ssl_certificate server.pem; ssl_certificate_key server.key;
                    ssl_client_certificate other.pem;)");
  const NginxRunner nginx(site.directory);

  CHECK(request({.port = site.port, .sni = "other.test"}).ca_names ==
        std::vector<std::string>{"O=Test,CN=Root C"});
  CHECK(request({.port = site.port, .sni = "unknown.test"}).ca_names.size() == 2);
}

TEST_CASE("nginx: a resumed session keeps its verdict") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);
  const TlsAnswer first = site.ask(client("CN=Good", site.root_a));

  const TlsAnswer second = request({.port = site.port, .resume = first.session});

  CHECK_FALSE(first.resumed);
  CHECK(second.resumed);
  CHECK(second.headers.at("x-verify") == "SUCCESS");
}

TEST_CASE("nginx: a refused handshake is an error without status") {
  if (nginx_missing()) return;
  const Site site;
  site.write_conf("ssl_reject_handshake on;");
  const NginxRunner nginx(site.directory);

  const TlsAnswer answer = request({.port = site.port});

  CHECK(answer.status == 0);
  CHECK_THAT(answer.error, Contains("unrecognized name"));
}

TEST_CASE("nginx: after a reload only the new bundle decides") {
  if (nginx_missing()) return;
  const Site site;
  NginxRunner nginx(site.directory);
  const Minted good = client("CN=Good", site.root_a);
  REQUIRE(site.ask(good).status == 200);

  site.directory.rename_over("clients.pem", site.root_c.certificate_pem);
  CHECK(site.ask(good).status == 200);
  nginx.reload();

  CHECK(site.ask(good).status == 400);
  CHECK(site.ask(client("CN=Other", site.root_c)).status == 200);
}

TEST_CASE("nginx: a reload that fails says why and leaves the old configuration at work") {
  if (nginx_missing()) return;
  const Site site;
  NginxRunner nginx(site.directory);

  site.write_conf("no_such_directive;");

  CHECK_THROWS_WITH(nginx.reload(), Contains("unknown directive \"no_such_directive\""));
  CHECK(site.ask(client("CN=Good", site.root_a)).status == 200);
}

TEST_CASE("nginx: a configuration test returns its exit code and its first [emerg] line") {
  if (nginx_missing()) return;
  const Site site;
  CHECK(NginxRunner::test(site.directory).exit_code == 0);
  CHECK(NginxRunner::test(site.directory).emerg == "");

  site.write_conf("ssl_crl missing.pem;");

  const NginxTest broken = NginxRunner::test(site.directory);
  CHECK(broken.exit_code == 1);
  CHECK_THAT(broken.emerg, StartsWith("nginx: [emerg]") && Contains("missing.pem"));
  CHECK_THROWS_WITH(NginxRunner(site.directory), Contains("missing.pem"));
}

TEST_CASE("nginx: a configuration test disturbs no nginx that runs on the same directory") {
  if (nginx_missing()) return;
  const Site site;
  const NginxRunner nginx(site.directory);

  CHECK(NginxRunner::test(site.directory).exit_code == 0);
  CHECK(site.directory.read("nginx.pid") == std::to_string(nginx.pid()) + "\n");
  CHECK(request({.port = site.port}).status == 400);
}

TEST_CASE("nginx: once stopped, its port refuses connections and may be used again") {
  if (nginx_missing()) return;
  const Site site;
  NginxRunner first(site.directory);

  CHECK(first.stop() == 0);
  CHECK(request({.port = site.port}).error == "Connection refused");
  const NginxRunner second(site.directory);
  CHECK(request({.port = site.port}).status == 400);
}

}  // namespace
}  // namespace mtls::testing
