// explain as people run it, with real nginx's own messages.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

constexpr auto kLimit = 60s;

Outcome run_explain(std::vector<std::string> words) {
  words.insert(words.begin(), "explain");
  ChildProcess process = exporter(words);
  return outcome_of(process);
}

/// What nginx -t says about a TLS server block with `directives`.
std::string complaint(const TempDir& dir, const std::string& directives) {
  dir.write("nginx.conf", "pid nginx.pid; error_log stderr;\nevents {}\nhttp {" +
                              std::string(mtls::testing::kNginxHttpPaths) +
                              "server { listen 127.0.0.1:8443 ssl; " + directives + " } }");
  ChildProcess nginx({.argv = {"/usr/sbin/nginx", "-t", "-p", dir.path(), "-c",
                               dir.path("nginx.conf"), "-e", dir.path("error.log")}});
  nginx.wait(kLimit);
  const std::string said = nginx.standard_error();
  const std::size_t begin = said.find("nginx: [emerg]");
  return begin == std::string::npos ? said : said.substr(begin, said.find('\n', begin) - begin);
}

TEST_CASE(
    "explain: from both inputs it exits with 0 and the meaning, or with 2 and what is known") {
  const Outcome known = run_explain({"X509_V_ERR_CERT_HAS_EXPIRED"});
  CHECK(known.code == 0);
  CHECK_THAT(known.output, Catch::Contains("remedy: "));
  CHECK(known.error.empty());
  const Outcome unknown = run_explain({"no", "such", "thing"});
  CHECK(unknown.code == 2);
  CHECK(unknown.output.empty());
  CHECK_THAT(unknown.error, Catch::Contains("nothing is known about \"no such thing\""));
  const TempDir dir;
  const std::string log = dir.write(
      "error.log", "[info] 1#1: *1 client SSL certificate verify error: (12:CRL has expired)\n");
  ChildProcess piped(
      {.argv = {"/bin/sh", "-c", "exec \"$0\" explain < \"$1\"", EXPORTER_BINARY, log}});
  CHECK(piped.wait(kLimit) == 0);
  CHECK_THAT(piped.standard_output(), Catch::StartsWith("X509_V_ERR_CRL_HAS_EXPIRED (12)"));
}

TEST_CASE("explain: it knows what real nginx says about bad certificates, keys, bundles and CRLs") {
  if (!mtls::testing::NginxRunner::available()) {
    WARN("no nginx here");
    return;
  }
  const TempDir dir;
  write_server_certificate(dir);
  const Minted ca = authority("CA");
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("other.key", ca.key_pem);
  dir.write("empty.pem", "");
  dir.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  const std::string own = "ssl_certificate server.pem; ssl_certificate_key server.key; ";
  const std::string asks = own + "ssl_verify_client on; ";
  struct Row {
    std::string directives;
    const char* begin;
  };
  for (const Row& row : std::vector<Row>{
           {asks, "no-trust-source"},
           {asks + "ssl_client_certificate none.pem;", "bundle-unreadable"},
           {asks + "ssl_client_certificate empty.pem;", "bundle-empty"},
           {asks + "ssl_client_certificate broken.pem;", "bundle-unparsable"},
           {asks + "ssl_client_certificate ca.pem; ssl_crl none.pem;", "bundle-unreadable"},
           {asks + "ssl_client_certificate ca.pem; ssl_crl empty.pem;", "bundle-unparsable"},
           {"ssl_certificate none.pem; ssl_certificate_key server.key;", "cannot load certificate"},
           {"ssl_certificate empty.pem; ssl_certificate_key server.key;",
            "cannot load certificate"},
           {"ssl_certificate server.pem; ssl_certificate_key none.key;",
            "cannot load certificate key"},
           {"ssl_certificate server.pem; ssl_certificate_key other.key;", "key values mismatch"},
           {own + "location / { proxy_pass https://127.0.0.1; proxy_ssl_verify on; }",
            "_ssl_trusted_certificate for"},
           {own + "location / { ssl_verify_client on; }",
            "nginx-refuses-config (critical)\n  meaning: nginx knows the directive"},
           {asks + "ssl_verify_client on; ",
            "nginx-refuses-config (critical)\n  meaning: The directive is a duplicate"},
           {own + "ssl_verify_cleint on; ",
            "nginx-refuses-config (critical)\n  meaning: No module"},
           {"", "no \"ssl_certificate"},
       }) {
    const std::string line = complaint(dir, row.directives);
    CAPTURE(line);
    const Outcome said = run_explain({line});
    CAPTURE(said.error);
    CHECK(said.code == 0);
    CHECK_THAT(said.output, Catch::StartsWith(row.begin));
  }
}

TEST_CASE("explain: it knows what the real openssl says about a certificate that it refuses") {
  const TempDir dir;
  const Minted ca = authority("CA");
  dir.write("other.pem", authority("Other").certificate_pem);
  const std::string refused = dir.write("client.pem", client("c", ca).certificate_pem);
  ChildProcess openssl({.argv = {"/usr/bin/openssl", "verify", "-no-CApath", "-no-CAstore",
                                 "-CAfile", dir.path("other.pem"), refused}});
  if (openssl.wait(kLimit) == 127) {
    WARN("no openssl here");
    return;
  }
  std::istringstream lines(openssl.standard_error());
  std::size_t known = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("error ")) continue;
    CAPTURE(line);
    ++known;
    CHECK(run_explain({line}).code == 0);
  }
  CHECK(known == 2);  // `error 20 at 0 depth lookup: …`, `error client.pem: verification failed`
}

TEST_CASE("explain: it knows what real nginx logs about failed handshakes") {
  if (!mtls::testing::NginxRunner::available()) {
    WARN("no nginx here");
    return;
  }
  const TempDir dir;
  write_server_certificate(dir);
  const std::string port = std::to_string(mtls::testing::free_port());
  const std::string plain = std::to_string(mtls::testing::free_port());
  dir.write("nginx.conf", mtls::testing::nginx_http_conf(
                              "ssl_certificate server.pem; ssl_certificate_key server.key;\n"
                              "server { listen 127.0.0.1:" +
                              port +
                              " ssl; }\n"
                              "server { listen 127.0.0.1:" +
                              plain +
                              "; location / { "
                              "proxy_pass https://127.0.0.1:" +
                              plain +
                              "/x; } "
                              "location /none { proxy_pass https://127.0.0.1:" +
                              port +
                              "; "
                              "proxy_ssl_ciphers AES128-SHA256; proxy_ssl_protocols TLSv1.2; } "
                              "location /verify { proxy_pass https://127.0.0.1:" +
                              port + "; proxy_ssl_conf_command VerifyMode Peer; } }\n"));
  mtls::testing::NginxRunner nginx(dir);
  mtls::testing::get(static_cast<std::uint16_t>(std::stoi(plain)), "/");
  mtls::testing::get(static_cast<std::uint16_t>(std::stoi(plain)), "/none");
  mtls::testing::get(static_cast<std::uint16_t>(std::stoi(plain)), "/verify");
  REQUIRE(eventually(
      10s, [&] { return nginx.error_log().find("alert unknown ca") != std::string::npos; }));
  std::istringstream log(nginx.error_log());
  std::size_t handshakes = 0;
  for (std::string line; std::getline(log, line);) {
    if (line.find("SSL_do_handshake() failed") == std::string::npos) continue;
    CAPTURE(line);
    ++handshakes;
    const Outcome said = run_explain({line});
    CHECK(said.code == 0);
    // Not the row that fits every failed handshake.
    CHECK_FALSE(said.output.starts_with("SSL_do_handshake() failed"));
    if (line.find("alert unknown ca") != std::string::npos) {
      CHECK_THAT(said.output, Catch::Contains("the peer, a client of nginx"));
    }
    if (line.find("alert handshake failure") != std::string::npos) {
      CHECK_THAT(said.output, Catch::Contains("the peer, a backend"));
    }
  }
  CHECK(handshakes >= 4);
  CHECK(run_explain({"[emerg] 1#1: unknown directive \"x\" in /etc/nginx/nginx.conf:1"})
            .output.starts_with("nginx-refuses-config"));
}

}  // namespace
}  // namespace mtls::daemon::testing
