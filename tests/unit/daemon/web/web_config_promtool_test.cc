// `promtool check web-config` (Debian's 2.42 with exporter-toolkit 0.8.2) and the exporter agree
// about every web-config.yml here. Where they do not, the row says why.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "daemon/system/disk.h"
#include "daemon/web/auth/live_web_config.h"
#include "tests/support/child_process.h"
#include "tests/support/fresh_pki.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon {
namespace {

using mtls::testing::ChildProcess;
using mtls::testing::TempDir;

constexpr const char* kPromtool = "/usr/bin/promtool";

struct Row {
  std::string name;
  std::string text;
  bool good;
  std::string difference = {};  // why promtool disagrees; "": it agrees
};

constexpr const char* kYounger = "toolkit 0.8.2 does not know the key yet";
constexpr const char* kNobody = "promtool does not mind that nobody could connect";

const std::string kPair = "tls_server_config:\n  cert_file: s.pem\n  key_file: s.key\n";
const std::string kVerified = kPair + "  client_ca_file: ca.pem\n";
const std::string kHash = "$2b$10$" + std::string(53, 'a');

std::string with_auth(const std::string& type) {
  return kPair + "  client_auth_type: " + type + "\n";
}
std::string suites(const std::string& list) { return kPair + "  cipher_suites: [" + list + "]\n"; }
std::string header(const std::string& line) {
  return "http_server_config:\n  headers:\n    " + line + "\n";
}
std::string user(const std::string& hash) { return "basic_auth_users:\n  a: " + hash + "\n"; }

std::vector<Row> shape_rows() {
  return {{"empty", "", true},
          {"comment", "# nothing\n", true},
          {"null-sections", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n", true},
          {"junk", "just words\nand more words\n", false},
          {"list", "- a\n- b\n", false},
          {"unknown-section", "tls_config: {}\n", false},
          {"unknown-tls-key", kPair + "  certfile: x\n", false},
          {"unknown-http-key", "http_server_config:\n  http3: true\n", false},
          {"repeated-section", "basic_auth_users: {}\nbasic_auth_users: {}\n", false},
          {"repeated-tls-key", kPair + "  key_file: s.key\n", false},
          {"repeated-user", user(kHash) + "  a: " + kHash + "\n", false},
          {"section-is-list", "tls_server_config: [cert_file]\n", false},
          {"unclosed", "tls_server_config: {\n", false},
          {"number-for-text", kPair + "  client_auth_type: 7\n", false},
          {"text-for-boolean", "http_server_config:\n  http2: often\n", false},
          {"yes-is-true", "http_server_config:\n  http2: yes\n", true},
          {"http2-off", kPair + "http_server_config:\n  http2: false\n", true},
          {"anchor", "x: &a 1\n", false},
          {"second-document", kPair + "---\n{}\n", false,
           "promtool does not look at a second document, we refuse to overlook one"}};
}

std::vector<Row> tls_rows() {
  return {
      {"pair", kPair, true},
      {"tuning-alone", "tls_server_config:\n  min_version: TLS12\n", true},
      {"no-key", "tls_server_config:\n  cert_file: s.pem\n", false},
      {"no-cert", "tls_server_config:\n  key_file: s.key\n", false},
      {"empty-cert", "tls_server_config:\n  cert_file: ''\n  key_file: s.key\n", false},
      {"empty-key", "tls_server_config:\n  cert_file: s.pem\n  key_file: ''\n", false},
      {"auth-alone", "tls_server_config:\n  client_auth_type: RequestClientCert\n", false},
      {"missing-cert", "tls_server_config:\n  cert_file: no.pem\n  key_file: s.key\n", false},
      {"missing-key", "tls_server_config:\n  cert_file: s.pem\n  key_file: no.key\n", false},
      {"wrong-key", "tls_server_config:\n  cert_file: s.pem\n  key_file: other.key\n", false},
      {"cert-is-no-cert", "tls_server_config:\n  cert_file: s.key\n  key_file: s.key\n", false},
      {"key-is-no-key", "tls_server_config:\n  cert_file: s.pem\n  key_file: s.pem\n", false},
      {"open-key", "tls_server_config:\n  cert_file: s.pem\n  key_file: open.key\n", false,
       "promtool does not mind a private key that every user can read"},
      {"chain", "tls_server_config:\n  cert_file: chain.pem\n  key_file: s.key\n", true},
      {"inline-pair", "tls_server_config:\n  cert: C\n  key: K\n", false},
      {"auth-none", with_auth("NoClientCert"), true},
      {"auth-request", with_auth("RequestClientCert"), true},
      {"auth-any", with_auth("RequireAnyClientCert"), true},
      {"auth-any-old-name", with_auth("RequireClientCert"), true},
      {"auth-if-given", with_auth("VerifyClientCertIfGiven"), true},
      {"auth-verify-no-ca", with_auth("RequireAndVerifyClientCert"), false,
       "Go then trusts every CA of the system; we want the client CAs named"},
      {"auth-unknown", with_auth("Sometimes"), false},
      {"auth-wrong-case", with_auth("requireclientcert"), false},
      {"verify", kVerified + "  client_auth_type: RequireAndVerifyClientCert\n", true},
      {"verify-if-given", kVerified + "  client_auth_type: VerifyClientCertIfGiven\n", true},
      {"ca-without-auth", kVerified, false},
      {"ca-with-none", kVerified + "  client_auth_type: NoClientCert\n", false},
      {"ca-missing", with_auth("RequireAndVerifyClientCert") + "  client_ca_file: no.pem\n", false},
      {"ca-without-certificates",
       with_auth("RequireAndVerifyClientCert") + "  client_ca_file: s.key\n", false, kNobody},
      {"sans", with_auth("RequireAnyClientCert") + "  client_allowed_sans: [a.example]\n", true,
       kYounger}};
}

std::vector<Row> protocol_rows() {
  return {
      {"versions", kPair + "  min_version: TLS12\n  max_version: TLS13\n", true},
      {"lowest-13", kPair + "  min_version: TLS13\n", true},
      {"highest-12", kPair + "  max_version: TLS12\n", true},
      {"lowest-10", kPair + "  min_version: TLS10\n", true},
      {"lowest-11", kPair + "  min_version: TLS11\n", true},
      {"highest-11", kPair + "  max_version: TLS11\n", false,
       "we serve TLS 1.2 and 1.3 only, so nobody could connect"},
      {"lowest-above-highest", kPair + "  min_version: TLS13\n  max_version: TLS12\n", false,
       kNobody},
      {"version-unknown", kPair + "  min_version: TLS111\n", false},
      {"version-other-spelling", kPair + "  min_version: '1.2'\n", false},
      {"suites-12", suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), true},
      {"suites-all",
       suites("TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256, "
              "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,"
              "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "
              "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "
              "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "
              "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,"
              "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_GCM_SHA256, "
              "TLS_RSA_WITH_AES_256_GCM_SHA384, TLS_RSA_WITH_AES_128_CBC_SHA, "
              "TLS_RSA_WITH_AES_256_CBC_SHA"),
       true},
      {"suites-13-alone", suites("TLS_AES_128_GCM_SHA256"), true},
      {"suites-13-without-13", suites("TLS_AES_128_GCM_SHA256") + "  max_version: TLS12\n", false,
       kNobody},
      {"suite-invented", suites("TLS_ECDHE_RSA_WITH_AES_512_GCM_SHA512"), false},
      {"suite-insecure", suites("TLS_RSA_WITH_RC4_128_SHA"), false},
      {"suite-by-openssl-name", suites("ECDHE-RSA-AES128-GCM-SHA256"), false},
      {"suites-not-a-list", kPair + "  cipher_suites: {a: b}\n", false},
      {"order-of-the-client",
       suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256") + "  prefer_server_cipher_suites: false\n",
       true},
      {"curves", kPair + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n", true},
      {"curve-invented", kPair + "  curve_preferences: [CurveP257]\n", false}};
}

std::vector<Row> http_rows() {
  return {{"headers",
           header("X-Frame-Options: sameorigin\n    X-Content-Type-Options: nosniff\n"
                  "    X-XSS-Protection: 1\n    Strict-Transport-Security: max-age=60\n"
                  "    Content-Security-Policy: \"default-src 'self'\""),
           true},
          {"header-blank", header("Content-Security-Policy: ''"), true},
          {"header-foreign", header("Content-Type: text/html"), false},
          {"header-other-case", header("x-frame-options: deny"), false},
          {"header-frame-options", header("X-Frame-Options: DENY"), false},
          {"header-content-type-options", header("X-Content-Type-Options: sniff"), false},
          {"header-two-lines", header("X-XSS-Protection: \"1\\r\\nX: y\""), false,
           "Go sends it with spaces for line breaks"},
          {"users", user(kHash), true},
          {"users-and-tls", kPair + user(kHash), true},
          {"user-y", user("$2y$12$" + std::string(53, '.')), true},
          {"user-clear-text", user("doe"), false},
          {"user-too-short", user("$2b$10$abc"), false},
          {"user-cost-too-low", user("$2b$03$" + std::string(53, 'a')), false},
          {"user-cost-too-high", user("$2b$32$" + std::string(53, 'a')), false},
          {"user-sha512", user("$6$abcdefgh$" + std::string(86, 'a')), false},
          {"user-no-base64", user("$2b$10$" + std::string(53, '!')), false,
           "promtool looks at version and cost of a hash only; nobody has a password for this one"},
          {"rate-limit", "rate_limit: {interval: 1s, burst: 5}\n", true, kYounger},
          {"rate-limit-off", "rate_limit: {interval: 0, burst: 0}\n", true, kYounger},
          {"rate-limit-no-duration", "rate_limit: {interval: soon}\n", false}};
}

// Writes the files of all rows, and s.pem, s.key, chain.pem, ca.pem, other.key and open.key.
void write_files(const TempDir& dir, const std::vector<Row>& rows) {
  const auto ca = mtls::testing::authority("Test CA");
  mtls::testing::CertificateSpec spec;
  spec.issuer = &ca;
  const auto server = mtls::testing::mint_now(spec);
  const auto other = mtls::testing::mint_now(spec);
  dir.write("s.pem", server.certificate_pem);
  dir.write("chain.pem", server.certificate_pem + ca.certificate_pem);
  dir.write("ca.pem", ca.certificate_pem);
  for (const auto& [name, key] : std::map<std::string, std::string>{
           {"s.key", server.key_pem}, {"other.key", other.key_pem}, {"open.key", server.key_pem}}) {
    ::chmod(dir.write(name, key).c_str(), name == "open.key" ? 0604 : 0600);
  }
  for (const Row& row : rows) dir.write(row.name + ".yml", row.text);
}

// What promtool prints about each file: its lines `PATH SUCCESS` and `PATH FAILED: reason`.
std::string ask_promtool(const TempDir& dir, const std::vector<Row>& rows) {
  std::vector<std::string> argv{kPromtool, "check", "web-config"};
  for (const Row& row : rows) argv.push_back(dir.path(row.name + ".yml"));
  ChildProcess promtool({.argv = argv});
  promtool.wait(std::chrono::seconds{30});
  return "\n" + promtool.standard_output() + promtool.standard_error();
}

// The differences were written down for Debian 12's.
bool is_debian_12s_promtool() {
  ChildProcess promtool({.argv = {kPromtool, "--version"}});
  promtool.wait(std::chrono::seconds{30});
  const std::string said = promtool.standard_output() + promtool.standard_error();
  return said.find("version 2.42") != std::string::npos;
}

TEST_CASE("web-config: promtool agrees about every kind of file, except where a reason is given") {
  std::vector<Row> rows = shape_rows();
  for (const auto& more : {tls_rows(), protocol_rows(), http_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  const TempDir dir;
  write_files(dir, rows);
  const std::string said = ask_promtool(dir, rows);
  const bool is_debian_12 = is_debian_12s_promtool();
  system::Disk disk;
  for (const Row& row : rows) {
    CAPTURE(row.name, row.difference);
    const std::string path = dir.path(row.name + ".yml");
    const auto ours = web::auth::LiveWebConfig::open(disk, path);
    CAPTURE(ours ? "" : ours.error().message);
    CHECK(ours.has_value() == row.good);
    // Later ones know more keys, and their Go fewer cipher suites.
    const bool is_of_release = row.difference == kYounger || row.name == "suites-all";
    if (is_of_release && !is_debian_12) continue;
    const bool promtool_agrees = row.difference.empty();
    const std::string verdict = row.good == promtool_agrees ? " SUCCESS\n" : " FAILED: ";
    CHECK_THAT(said, Catch::Contains("\n" + path + verdict));
  }
}

}  // namespace
}  // namespace mtls::daemon
