#include "daemon/web/settings/web_config.h"

#include <catch2/catch.hpp>

#include "daemon/web/settings/go_duration.h"
#include "daemon/web/settings/tls_names.h"

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;

const std::string kHash = "$2b$10$" + std::string(53, 'a');

// The message without the name of the file; "" if the text is valid.
std::string complaint_about(const std::string& text) {
  const auto config = web::settings::parse_web_config(text, "/etc/w.yml");
  return config ? "" : config.error().message.substr(std::string("/etc/w.yml:").size());
}

TEST_CASE("web-config: a file without a setting serves plain HTTP to everybody") {
  for (const char* text : {"", "# nothing\n", "---\n", "{}\n", "tls_server_config:\n",
                           "http_server_config: {}\nbasic_auth_users: ~\nrate_limit:\n"}) {
    CAPTURE(text);
    const auto config = web::settings::parse_web_config(text, "/etc/w.yml");
    REQUIRE(config);
    CHECK(*config == web::settings::WebConfig{});
  }
}

TEST_CASE("web-config: every key is read, and paths are relative to the file") {
  const auto config = web::settings::parse_web_config(R"(
tls_server_config:
  cert_file: pki/exporter.pem
  key_file: /abs/exporter.key
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus.example, 192.0.2.7]
  min_version: TLS12
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_CBC_SHA]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP384]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    X-XSS-Protection: 1
    Strict-Transport-Security: ''
basic_auth_users:
  alice: )" + kHash + R"(
rate_limit:
  interval: 1m30s
  burst: 5
)",
                                                      "/etc/exporter/w.yml");
  REQUIRE(config);
  REQUIRE(config->tls);
  CHECK(*config->tls == web::settings::TlsSettings{
                            .certificate = {.path = "/etc/exporter/pki/exporter.pem", .text = {}},
                            .key = {.path = "/abs/exporter.key", .text = {}},
                            .client_ca = {.path = "/etc/exporter/ca.pem", .text = {}},
                            .client_auth = web::settings::ClientAuth::kRequireAndVerify,
                            .allowed_sans = {"prometheus.example", "192.0.2.7"},
                            .min_version = web::settings::TlsVersion::kTls12,
                            .max_version = web::settings::TlsVersion::kTls12,
                            .ciphers = "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA",
                            .curves = "X25519:P-384",
                            .prefer_server_ciphers = false});
  CHECK(config->headers ==
        std::map<std::string, std::string>{{"X-Frame-Options", "deny"}, {"X-XSS-Protection", "1"}});
  CHECK(config->users == std::map<std::string, std::string>{{"alice", kHash}});
  CHECK(config->rate_limit == web::settings::RateLimit{.interval = 90s, .burst = 5});
  CHECK(config->notes.empty());
}

TEST_CASE("web-config: certificate, key and client CAs may be inside the file itself") {
  const auto config = web::settings::parse_web_config(
      "tls_server_config: {cert: C, key: K, client_ca: A, client_auth_type: RequestClientCert}\n",
      "/etc/w.yml");
  REQUIRE(config);
  REQUIRE(config->tls);
  CHECK(config->tls->certificate == web::settings::PemSource{.path = {}, .text = "C"});
  CHECK(config->tls->key == web::settings::PemSource{.path = {}, .text = "K"});
  CHECK(config->tls->client_ca == web::settings::PemSource{.path = {}, .text = "A"});
}

TEST_CASE("web-config: every client_auth_type is known, one by two names") {
  using Row = std::pair<const char*, web::settings::ClientAuth>;
  const Row row = GENERATE(
      values<Row>({{"NoClientCert", web::settings::ClientAuth::kNone},
                   {"''", web::settings::ClientAuth::kNone},
                   {"RequestClientCert", web::settings::ClientAuth::kRequest},
                   {"RequireAnyClientCert", web::settings::ClientAuth::kRequireAny},
                   {"RequireClientCert", web::settings::ClientAuth::kRequireAny},
                   {"VerifyClientCertIfGiven", web::settings::ClientAuth::kVerifyIfGiven}}));
  const auto config = web::settings::parse_web_config(
      "tls_server_config: {cert: C, key: K, client_auth_type: " + std::string(row.first) + "}",
      "/etc/w.yml");
  REQUIRE(config);
  CHECK(config->tls->client_auth == row.second);
}

TEST_CASE("web-config: with suites of TLS 1.3 only, no other version is served") {
  const auto config = web::settings::parse_web_config(
      "tls_server_config: {cert: C, key: K, cipher_suites: [TLS_AES_128_GCM_SHA256]}", "/w.yml");
  REQUIRE(config);
  CHECK(config->tls->ciphers.empty());
  CHECK(config->tls->min_version == web::settings::TlsVersion::kTls13);
}

TEST_CASE("web-config: a note says where the file does not do what it suggests") {
  struct Row {
    const char* text;
    const char* note;
  };
  const Row row = GENERATE(values<Row>(
      {{"tls_server_config: {min_version: TLS13}", "plain HTTP"},
       {"tls_server_config: {cert: C, key: K, min_version: TLS10}", "min_version: TLS12 is used"},
       {"tls_server_config: {cert: C, key: K, client_auth_type: VerifyClientCertIfGiven}",
        "refuses every client certificate"},
       {"http_server_config: {http2: true}", "only HTTP/1.1"},
       {"rate_limit: {interval: 1s}", "refuses every request"}}));
  CAPTURE(row.text);
  const auto config = web::settings::parse_web_config(row.text, "/etc/w.yml");
  REQUIRE(config);
  REQUIRE(config->notes.size() == 1);
  CHECK_THAT(config->notes[0], Catch::Contains(row.note));
}

TEST_CASE("web-config: a mistake is reported with its line and column") {
  struct Row {
    std::string text;
    std::string complaint;  // its beginning
  };
  const std::string tls = "tls_server_config:\n  cert: C\n  key: K\n";
  const std::vector<Row> rows{
      {"a b c", "1:1: web-config.yml must be a map"},
      {"- 1\n", "1:1: web-config.yml must be a map"},
      {"tls_server: {}\n", "1:1: unknown key \"tls_server\""},
      {"rate_limit: {}\nrate_limit: {}\n", "2:1: repeated key \"rate_limit\""},
      {"{}\n---\n{}\n", "2:1: only one document is read"},
      {",", "1:1: "},
      {"a: [\n", "2:1: "},
      {tls + "  crt: C\n", "4:3: unknown key \"crt\" in tls_server_config; known keys: cert, "},
      {tls + "  key: K\n", "4:3: repeated key \"key\" in tls_server_config"},
      {"tls_server_config: [cert]\n", "1:20: tls_server_config must be a map"},
      {tls + "  cert_file: c.pem\n", "2:9: cert and cert_file are both set"},
      {tls + "  key_file: k.pem\n", "3:8: key and key_file are both set"},
      {"tls_server_config:\n  cert: [C]\n", "2:9: cert must be a string"},
      {"tls_server_config:\n  cert: C\n", "2:3: tls_server_config needs key_file"},
      {"tls_server_config:\n  key: K\n", "2:3: tls_server_config needs cert_file"},
      {"tls_server_config:\n  client_auth_type: NoClientCert\n",
       "2:3: tls_server_config needs cert_file"},
      {tls + "  client_auth_type: Yes\n", "4:21: client_auth_type must be NoClientCert, "},
      {tls + "  client_ca_file: a.pem\n", "2:3: client CAs have no effect"},
      {tls + "  client_allowed_sans: [a]\n", "2:3: client_allowed_sans has no effect"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n",
       "2:3: RequireAndVerifyClientCert "},
      {tls + "  client_allowed_sans: a\n", "4:24: client_allowed_sans must be a list"},
      {tls + "  client_allowed_sans: [[a]]\n", "4:25: an entry of client_allowed_sans must be "},
      {tls + "  min_version: TLS14\n", "4:16: min_version must be TLS12 or TLS13"},
      {tls + "  max_version: TLS11\n", "4:16: max_version must be TLS12 or TLS13"},
      {tls + "  min_version: TLS13\n  max_version: TLS12\n", "4:16: min_version is above"},
      {tls + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n", "4:19: unknown cipher suite"},
      {tls + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_version: TLS12\n",
       "4:18: cipher_suites has no suite of TLS 1.2"},
      {tls + "  curve_preferences: [P256]\n", "4:23: unknown curve; use CurveP256"},
      {tls + "  prefer_server_cipher_suites: often\n", "4:32: prefer_server_cipher_suites must be"},
      {"http_server_config:\n  http3: true\n", "2:3: unknown key \"http3\" in http_server_config"},
      {"http_server_config:\n  http2: maybe\n", "2:10: http2 must be true or false"},
      {"http_server_config:\n  headers: [a]\n", "2:12: headers must be a map"},
      {"http_server_config:\n  headers:\n    Server: x\n",
       "3:5: this header cannot be set; allowed"},
      {"http_server_config:\n  headers:\n    x-frame-options: deny\n", "3:5: this header cannot"},
      {"http_server_config:\n  headers:\n    X-Frame-Options: DENY\n",
       "3:22: X-Frame-Options must be one of: deny, sameorigin"},
      {"http_server_config:\n  headers:\n    X-Content-Type-Options: sniff\n",
       "3:29: X-Content-Type-Options must be one of: nosniff"},
      {"http_server_config:\n  headers:\n    X-XSS-Protection: \"1\\r\\nA: b\"\n",
       "3:23: a header must be one line"},
      {"basic_auth_users:\n  alice: secret\n", "2:10: the password of a user must be a bcrypt"},
      {"basic_auth_users:\n  alice: {}\n", "2:10: the password of a user must be a bcrypt"},
      {"basic_auth_users:\n  a: " + kHash + "\n  a: " + kHash + "\n", "3:3: repeated key \"a\""},
      {"basic_auth_users: [alice]\n", "1:19: basic_auth_users must be a map"},
      {"rate_limit:\n  interval: 5\n", "2:13: interval must be a duration such as 1s"},
      {"rate_limit:\n  interval: -1s\n", "2:13: interval must be a duration"},
      {"rate_limit:\n  interval: 1s\n  burst: 1.5\n", "3:10: burst must be a whole number"},
      {"rate_limit:\n  interval: 1s\n  burst: -1\n", "3:10: burst must be a whole number"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK_THAT(complaint_about(row.text), Catch::StartsWith(row.complaint));
  }
}

TEST_CASE("web-config: no complaint quotes a key or a hash") {
  for (const std::string text :
       {"basic_auth_users:\n  alice: hush-hush\n", "tls_server_config:\n  key: [hush-hush]\n",
        "tls_server_config:\n  key: hush-hush\n  key_file: k.pem\n"}) {
    CAPTURE(text);
    CHECK_FALSE(complaint_about(text).empty());
    CHECK_THAT(complaint_about(text), !Catch::Contains("hush"));
  }
}

TEST_CASE("web-config: a bcrypt hash is told from what crypt_r() would take for DES") {
  using Row = std::pair<std::string, bool>;
  const std::string rest(53, '.');
  const std::vector<Row> rows{
      {"$2a$04$" + rest, true},
      {"$2b$10$" + rest, true},
      {"$2y$31$" + rest, true},
      {"$2b$12$" + std::string(53, 'Z'), true},
      {"", false},
      {"secret", false},
      {"$2x$10$" + rest, false},
      {"$2$10$" + rest + ".", false},
      {"$2b$03$" + rest, false},
      {"$2b$32$" + rest, false},
      {"$2b$1x$" + rest, false},
      {"$2b$1:$" + rest, false},
      {"$2b$10." + rest, false},
      {"$2b$10$" + rest + ".", false},
      {"$2b$10$" + rest.substr(1), false},
      {"$2b$10$" + rest.substr(1) + ":", false},
      {"$6$salt$" + rest, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.first);
    CHECK(web::settings::is_bcrypt(row.first) == row.second);
  }
}

TEST_CASE("web-config: durations are Go's") {
  using Row = std::pair<const char*, std::optional<std::chrono::nanoseconds>>;
  const std::vector<Row> rows{{"0", 0ns},
                              {"0s", 0ns},
                              {"300ms", 300ms},
                              {"1.5s", 1500ms},
                              {".5s", 500ms},
                              {"1h30m", 90min},
                              {"2us", 2us},
                              {"2\u00B5s", 2us},
                              {"7ns", 7ns},
                              {"", std::nullopt},
                              {"5", std::nullopt},
                              {"s", std::nullopt},
                              {"-1s", std::nullopt},
                              {"1 s", std::nullopt},
                              {"1d", std::nullopt},
                              {"infs", std::nullopt},
                              {"nans", std::nullopt},
                              {"1s2", std::nullopt},
                              {"..5s", std::nullopt},
                              {"999999999999h", std::nullopt}};
  for (const Row& row : rows) {
    CAPTURE(row.first);
    CHECK(web::settings::parse_go_duration(row.first) == row.second);
  }
}

}  // namespace
}  // namespace mtls::daemon
