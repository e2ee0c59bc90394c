// What a refusal knows beside nginx's words: why, about which file, and which directive it is
// about.
#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using audit::NginxError;
using audit::RefusalCause;

constexpr unsigned kFirstLine = 4;  // of `directives` in the configuration

std::string conf_of(const std::string& directives) {
  return "error_log error.log info; events { }\nhttp {\nserver { listen 443 ssl;\n" + directives +
         "\n} }\n";
}

struct Row {
  std::string directives;
  RefusalCause cause;
  std::string path;
  unsigned line;            // of the directive, from the first of `directives`
  unsigned named_line = 0;  // that nginx prints, counted the same way
};

std::vector<Row> rows() {
  using enum RefusalCause;
  const std::string own = "ssl_certificate server.pem;\nssl_certificate_key server.key;\n";
  const std::string none = "/etc/nginx/none";
  const std::string junk = "/etc/nginx/junk";
  return {
      {"ssl_certificate none;\nssl_certificate_key server.key;", kMissingFile, none, 0},
      {"ssl_certificate server.pem;\nssl_certificate_key none;", kMissingFile, none, 1},
      {"ssl_certificate junk;\nssl_certificate_key none;", kFileContent, junk, 0},
      {own + "ssl_certificate server.pem; ssl_certificate_key\nnone;", kMissingFile, none, 2},
      {own + "ssl_trusted_certificate none;", kMissingFile, none, 2},
      {own + "ssl_crl junk;", kFileContent, junk, 2},
      {own + "ssl_crl junk/in;", kUnopenedFile, junk + "/in", 2},
      {own + "ssl_verify_client on;\nssl_client_certificate none;", kMissingFile, none, 3},
      {own + "ssl_ciphers nope;", kValue, "", 2},
      {own + "ssl_ecdh_curve nope;", kValue, "", 2},
      {own + "ssl_dhparam none;", kMissingFile, none, 2},
      {own + "ssl_dhparam junk;", kFileContent, junk, 2},
      {own + "ssl_session_ticket_key\n none;", kMissingFile, none, 2, 4},
      {own + "ssl_session_ticket_key junk;\n\n", kFileContent, junk, 2, 5},
      {own + "ssl_password_file\nnone;", kMissingFile, none, 2, 3},
      {own + "ssl_stapling on;\nssl_stapling_file none;", kMissingFile, none, 3},
      {own + "ssl_conf_command MinProtocol TLSv1.2;\nssl_conf_command VerifyCAFile none;",
       kMissingFile, none, 3},
      {own + "ssl_conf_command ClientCAPath none;", kMissingFile, none, 2},
      {own + "ssl_conf_command ClientCAPath junk;", kUnopenedFile, junk, 2},
      {own + "ssl_conf_command VerifyCAFile junk;", kFileContent, junk, 2},
      {own + "ssl_conf_command Nope x;", kValue, "", 2},
      {own + "location / { proxy_pass https://a;\nproxy_ssl_verify on; }", kConfiguration, "", 3},
      {own + "location / { proxy_pass https://a;\nproxy_ssl_certificate x; }", kConfiguration, "",
       3},
      {own + "location / { proxy_pass https://a; proxy_ssl_verify on;\n"
             "proxy_ssl_trusted_certificate none; }",
       kMissingFile, none, 3},
      {own + "location / { proxy_pass https://a; proxy_ssl_certificate server.pem;\n"
             "proxy_ssl_certificate_key none; }",
       kMissingFile, none, 3},
  };
}

// Nothing but the refusal is wrong.
std::shared_ptr<const audit::Snapshot> refused(Host& host, const std::string& directives) {
  host.disk.put("/etc/nginx/junk", "junk");
  host.conf(conf_of(directives));
  return host.scratch();
}

const audit::Finding* refusal_finding(const audit::Snapshot& snapshot, FindingKind kind) {
  const auto found = std::ranges::find(snapshot.findings, kind, &audit::Finding::kind);
  return found == snapshot.findings.end() ? nullptr : &*found;
}

TEST_CASE("refusals: each knows its cause, its file and the directive, whatever nginx prints") {
  for (const Row& row : rows()) {
    INFO(row.directives);
    Host host;
    const auto snapshot = refused(host, row.directives);
    REQUIRE_FALSE(snapshot->refusals.empty());
    const NginxError& first = snapshot->refusals.front();
    INFO(first.text());
    CHECK(first.cause == row.cause);
    CHECK(first.path == row.path);
    REQUIRE(first.at);
    CHECK(first.at->line == kFirstLine + row.line);
    CHECK(first.line == (row.named_line == 0 ? 0 : kFirstLine + row.named_line));
    const audit::Finding* finding = refusal_finding(*snapshot, FindingKind::kNginxRefusesConfig);
    REQUIRE(finding != nullptr);
    CHECK(finding->at == first.at);
  }
}

TEST_CASE("refusals: a certificate that OpenSSL takes apart and does not want is rejected") {
  CertificateSpec spec;
  spec.key = testing::KeyKind::kRsa1024;
  Host host;
  host.disk.put(kServerPem, mint_valid(spec, days{-1}, days{30}).certificate_pem);
  const auto refusals = host.scratch()->refusals;
  REQUIRE(refusals.size() == 1);
  CHECK(refusals.front().cause == RefusalCause::kRejectedFile);
  CHECK(refusals.front().path == kServerPem);
}

TEST_CASE("refusals: what nginx says of the text itself stands where nginx says") {
  Host host;
  const auto good = host.scratch();
  host.conf(conf_of("ssl_verify_depth\nnope;"));
  for (const auto& snapshot : {host.scratch(), host.after(good, host.differences(*good))}) {
    const audit::Finding* finding = refusal_finding(*snapshot, FindingKind::kNginxRefusesConfig);
    REQUIRE(finding != nullptr);
    REQUIRE(finding->at);
    CHECK(snapshot->config->document->path_of(finding->at->file) == kConf);
    CHECK(finding->at->line == kFirstLine + 1);
  }
}

TEST_CASE("refusals: a file that the last good configuration does not have gives no place") {
  Host host;
  const auto good = host.scratch();
  host.disk.put("/etc/nginx/new.conf", "http { ssl_verify_depth nope; }");
  host.conf("events { }\ninclude new.conf;");
  const auto broken = host.after(good, host.differences(*good));
  const audit::Finding* finding = refusal_finding(*broken, FindingKind::kNginxRefusesConfig);
  REQUIRE(finding != nullptr);
  CHECK(finding->detail ==
        "\"ssl_verify_depth\" directive invalid number in /etc/nginx/new.conf:1");
  CHECK_FALSE(finding->at);
}

TEST_CASE("refusals: what is excused away from the host is what is missing, by its cause") {
  Host host;
  host.policy.missing_files = audit::MissingFiles::kWarning;
  const std::string misleading = "No such file or directory";
  host.disk.put("/etc/nginx/" + misleading, "junk");
  const auto snapshot = refused(host,
                                "ssl_certificate server.pem; ssl_certificate_key server.key;\n"
                                "ssl_dhparam none;\nssl_crl \"" +
                                    misleading + "\";");
  REQUIRE(snapshot->excused.size() == 1);
  CHECK(snapshot->excused.front().path == "/etc/nginx/none");
  REQUIRE(snapshot->refusals.size() == 1);
  CHECK(snapshot->refusals.front().path == "/etc/nginx/" + misleading);
  const audit::Finding* warning = refusal_finding(*snapshot, FindingKind::kFileMissing);
  REQUIRE(warning != nullptr);
  REQUIRE(warning->at);
  CHECK(warning->at->line == kFirstLine + 1);
  CHECK(warning->detail == snapshot->excused.front().text());
  CHECK(snapshot->nginx_errors().size() == 1);
}

}  // namespace
}  // namespace mtls::audit_fixture
