// fix, with the real binary: what it prints and writes. nginx has to accept the result, the finding
// has to be gone, and a second run has nothing to do.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/daemon/commands/run.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/nginx_under_test.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;
using std::chrono::days;

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> rules_of(const TempDir& dir) {
  const Outcome outcome =
      run({"check", "--nginx.conf", dir.path("nginx.conf"), "--format=json", "--profile=strict"});
  const json document = json::parse(outcome.output);
  std::set<std::string> rules;
  for (const json& finding : document.at("findings")) rules.insert(finding.at("rule"));
  return rules;
}

struct Row {
  const char* rule;
  std::string body;     // of the http block
  const char* removed;  // a line of the diff; "": none
  const char* added;
};

std::vector<Row> rows() {
  const std::string ca = " ssl_client_certificate ca.pem;";
  const std::string on = " ssl_verify_client on;" + ca;
  const auto block = [](const std::string& name, const std::string& lines) {
    return "server {\n    listen 127.0.0.1:8443 ssl; server_name " + name +
           ";\n    ssl_certificate server.pem; ssl_certificate_key server.key;\n" + lines + "}\n";
  };
  return {
      {"verify-optional-unguarded",
       block("a", "    ssl_verify_client optional;  # for the old clients\n   " + ca + "\n"),
       "-    ssl_verify_client optional;  # for the old clients",
       "+    ssl_verify_client on;  # for the old clients"},
      {"optional-no-ca", block("a", "\tssl_verify_client\toptional_no_ca;\n" + ca + "\n"),
       "-\tssl_verify_client\toptional_no_ca;", "+\tssl_verify_client\ton;"},
      {"server-tokens-on", block("a", "    server_tokens on;\n" + on + "\n"),
       "-    server_tokens on;", "+    server_tokens off;"},
      {"error-page-misses-495-496",
       block("a", "    error_page 400 =200 /refused.html;\n" + on +
                      "\n    location / { root html; }\n    location = /refused.html { root html; "
                      "}\n"),
       "-    error_page 400 =200 /refused.html;",
       "+    error_page 400 495 496 =200 /refused.html;"},
      {"legacy-protocols", block("a", "    ssl_protocols TLSv1 TLSv1.2;\n" + on + "\n"),
       "-    ssl_protocols TLSv1 TLSv1.2;", "+    ssl_protocols TLSv1.2 TLSv1.3;"},
      {"depth-unbounded", block("a", "    ssl_verify_depth 100;\n" + on + "\n"),
       "-    ssl_verify_depth 100;", "+    ssl_verify_depth 9;"},
  };
}

}  // namespace

TEST_CASE(
    "fix: each edit is minimal, nginx accepts it, the finding is gone, a second run is empty") {
  const Minted ca = authority("CA", days{1000});
  for (const Row& row : rows()) {
    CAPTURE(row.rule);
    const TempDir dir;
    write_server_certificate(dir);
    dir.write("ca.pem", ca.certificate_pem);
    const std::string conf = dir.write(
        "nginx.conf",
        "# the host's own comment\nerror_log error.log info;\npid nginx.pid;\nevents {}\nhttp {\n" +
            row.body + "}\n");
    REQUIRE(rules_of(dir).contains(row.rule));
    const std::string before = text_of(conf);
    const std::vector<std::string> flags{"fix", "--nginx.conf", conf, "--rule", row.rule};
    const Outcome shown = run(flags);
    CAPTURE(shown.output, shown.error);
    CHECK(shown.code == 1);
    CHECK(text_of(conf) == before);
    CHECK_THAT(shown.output, Catch::Contains("--- a" + conf + "\n+++ b" + conf + "\n@@ ") &&
                                 Catch::Contains(std::string("# mends ") + row.rule) &&
                                 Catch::Contains(row.removed) && Catch::Contains(row.added));
    std::vector<std::string> write = flags;
    write.emplace_back("--write");
    REQUIRE(::chmod(conf.c_str(), 0640) == 0);
    const Outcome written = run(write);
    CAPTURE(written.output, written.error);
    CHECK(written.code == 0);
    CHECK_THAT(written.output, Catch::Contains("nginx -t"));
    struct stat facts{};
    REQUIRE(::stat(conf.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0640);
    CHECK(text_of(dir.path(".nginx.conf.orig")) == before);
    CHECK_FALSE(rules_of(dir).contains(row.rule));
    CHECK_THAT(text_of(conf), Catch::StartsWith("# the host's own comment\n"));
    ChildProcess nginx(
        {.argv = {mtls::testing::nginx_under_test(), "-t", "-q", "-p", dir.path(), "-c", conf}});
    const Outcome accepted = outcome_of(nginx);
    CAPTURE(accepted.error);
    CHECK(accepted.code == 0);
    const Outcome again = run(flags);
    CHECK(again.code == 0);
    CHECK(again.output.empty());
  }
}

TEST_CASE(
    "fix: the depth is what the known clients need, and who would be refused is said before") {
  const TempDir dir;
  const Minted ca = authority("CA", days{1000});
  mtls::testing::CertificateSpec spec = mtls::testing::ca_spec("CN=Issuing", &ca);
  spec.not_before = now() - 24h;
  spec.not_after = now() + days{900};
  const Minted issuing = mtls::testing::mint(spec);
  write_server_certificate(dir);
  dir.write("ca.pem", ca.certificate_pem);
  const std::string conf = dir.write(
      "nginx.conf",
      nginx_conf(tls_server("a", "ssl_verify_client optional; ssl_client_certificate ca.pem;")));
  const Outcome outcome = run(
      {"fix", "--nginx.conf", conf, "--rule=verify-optional-unguarded", "--client-cert=nobody="});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.output,
             Catch::Contains("# nobody at http/a/127.0.0.1:8443 would get another answer: refused, "
                             "NONE, 400; now: accepted, NONE, 200\n--- ") ||
                 Catch::Contains("# nobody at http/a/127.0.0.1:8443 would get another answer: "
                                 "refused, NONE, 400; now: accepted, NONE, 200\n"));
}

TEST_CASE("fix: a superseded certificate leaves its bundle, everything else stays") {
  const TempDir dir;
  const Minted old_ca = authority("CA", days{10});
  mtls::testing::CertificateSpec spec = mtls::testing::ca_spec("CN=CA");
  spec.same_key_as = &old_ca;
  spec.not_before = now() - 24h;
  spec.not_after = now() + days{1000};
  const Minted new_ca = mtls::testing::mint(spec);
  mtls::testing::CertificateSpec ended = mtls::testing::ca_spec("CN=CA");
  ended.same_key_as = &old_ca;
  ended.not_before = now() - days{100};
  ended.not_after = now() - days{1};
  write_server_certificate(dir);
  const std::string bundle =
      dir.write("ca.pem", "# the old one\n" + mtls::testing::mint(ended).certificate_pem +
                              "# the new one\n" + new_ca.certificate_pem);
  const std::string conf = dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  const Outcome outcome =
      run({"fix", "--nginx.conf", conf, "--rule=ca-superseded-expired", "--write"});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 0);
  CHECK(text_of(bundle) == "# the old one\n# the new one\n" + new_ca.certificate_pem);
}

TEST_CASE("fix: links are followed, and mistakes are exit 2") {
  const TempDir dir;
  const Minted ca = authority("CA", days{1000});
  write_server_certificate(dir);
  dir.write("ca.pem", ca.certificate_pem);
  const std::string site = dir.write(
      "available/a", tls_server("a", "ssl_verify_client optional; ssl_client_certificate ca.pem;"));
  std::filesystem::create_directory(dir.path("enabled"));
  std::filesystem::create_symlink(site, dir.path("enabled/a"));
  const std::string conf = dir.write("nginx.conf", nginx_conf("include enabled/*;\n"));
  const Outcome outcome = run({"fix", "--nginx.conf", conf, "--write"});
  CAPTURE(outcome.output, outcome.error);
  CHECK(outcome.code == 0);
  CHECK(std::filesystem::is_symlink(dir.path("enabled/a")));
  CHECK_THAT(text_of(site), Catch::Contains("ssl_verify_client on;"));
  CHECK(run({"fix", "--nginx.conf", conf}).code == 0);

  CHECK(run({"fix", "--nginx.conf", conf, "--rule=nonsense"}).code == 2);
  dir.write("nginx.conf", "nonsense");
  const Outcome refused = run({"fix", "--nginx.conf", conf});
  CHECK(refused.code == 2);
  CHECK(refused.output.empty());
  CHECK_THAT(refused.error, Catch::Contains("nginx refuses this configuration"));
}

}  // namespace mtls::daemon::testing
