// A real Prometheus scrapes the real daemon over mutual TLS with a password, and fails if anything
// about them is wrong.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/web_files.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::bcrypt_hash;
using mtls::testing::mint_now;
using mtls::testing::named;

constexpr const char* kPrometheus = "/usr/bin/prometheus";

struct Job {
  std::string name;
  bool up;
  std::string settings;  // lines of scrape_configs
};

std::string tls(const std::string& lines) {
  return "    tls_config:\n      ca_file: exporter-ca.pem\n" + lines;
}
std::string presented(const std::string& name) {
  return "      cert_file: " + name + ".pem\n      key_file: " + name + ".key\n";
}
std::string password(const std::string& user, const std::string& secret) {
  return "    basic_auth: {username: " + user + ", password: " + secret + "}\n";
}

void write_pair(const TempDir& dir, const std::string& name, const Minted& pair) {
  dir.write(name + ".pem", pair.certificate_pem);
  dir.write(name + ".key", pair.key_pem);
  run_in(dir, "chmod 600 " + name + ".key");
}

Minted scraper(const Minted& issuer, const std::string& name) {
  mtls::testing::CertificateSpec spec = mtls::testing::client_spec("CN=scraper", issuer);
  spec.dns_names = {name};
  return mint_now(spec);
}

void write_files(const TempDir& dir) {
  const Minted ca = authority("Scrapers");
  mtls::testing::CertificateSpec server = named("exporter");
  server.issuer = &ca;
  server.other_names = {"IP:127.0.0.1"};
  write_pair(dir, "exporter", mint_now(server));
  dir.write("exporter-ca.pem", ca.certificate_pem);
  write_pair(dir, "good", scraper(ca, "prometheus.example"));
  write_pair(dir, "other-name", scraper(ca, "grafana.example"));
  write_pair(dir, "other-ca", scraper(authority("Others"), "prometheus.example"));
  dir.write("w.yml",
            "tls_server_config:\n  cert_file: exporter.pem\n  key_file: exporter.key\n"
            "  client_ca_file: exporter-ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
            "  client_allowed_sans: [prometheus.example]\n"
            "basic_auth_users:\n  prometheus: " +
                bcrypt_hash("secret") + "\n");
  dir.write("nginx.conf", nginx_conf(""));
}

std::string prometheus_yml(const std::vector<Job>& jobs, std::uint16_t port) {
  std::string text = "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n";
  for (const Job& job : jobs) {
    text += "  - job_name: " + job.name + "\n    scheme: https\n" + job.settings +
            "    static_configs: [{targets: ['127.0.0.1:" + std::to_string(port) + "']}]\n";
  }
  return text;
}

// The series `up` by job; a job is missing before its first scrape. The answer is short enough to
// come in one piece.
std::map<std::string, std::string> up(std::uint16_t port) {
  const auto answer = mtls::testing::get(port, "/api/v1/query?query=up");
  std::map<std::string, std::string> found;
  const auto document = nlohmann::json::parse(answer.body, nullptr, false);
  if (document.is_discarded()) return found;
  for (const auto& series : document["data"]["result"]) {
    found[series["metric"]["job"]] = series["value"][1];
  }
  return found;
}

TEST_CASE("web: Prometheus scrapes with certificate, name and password, and with nothing less") {
  const std::string good = tls(presented("good"));
  const std::string right = password("prometheus", "secret");
  const std::vector<Job> jobs{
      {"all-right", true, good + right},
      {"no-certificate", false, tls("") + right},
      {"other-ca", false, tls(presented("other-ca")) + right},
      {"other-name", false, tls(presented("other-name")) + right},
      {"no-password", false, good},
      {"other-password", false, good + password("prometheus", "guess")},
      {"other-user", false, good + password("root", "secret")},
  };
  const TempDir dir;
  write_files(dir);
  const std::uint16_t port = mtls::testing::free_port();
  ChildProcess daemon =
      exporter({"--nginx.conf", dir.path("nginx.conf"), "--nginx.version", "1.22.1",
                "--nginx.openssl", "3.0.0", "--nginx.prefix", dir.path(), "--web.config.file",
                dir.path("w.yml"), "--web.listen-address", "127.0.0.1:" + std::to_string(port)});
  dir.write("prometheus.yml", prometheus_yml(jobs, port));
  const std::uint16_t own = mtls::testing::free_port();
  ChildProcess prometheus({.argv = {kPrometheus, "--config.file=" + dir.path("prometheus.yml"),
                                    "--storage.tsdb.path=" + dir.path("tsdb"),
                                    "--web.listen-address=127.0.0.1:" + std::to_string(own)}});
  std::map<std::string, std::string> expected;
  for (const Job& job : jobs) expected[job.name] = job.up ? "1" : "0";
  std::map<std::string, std::string> seen;
  const bool as_expected = eventually(60s, [&] { return (seen = up(own)) == expected; });
  CAPTURE(daemon.standard_error(), prometheus.standard_error());
  CHECK(as_expected);
  CHECK(seen == expected);
}

}  // namespace
}  // namespace mtls::daemon::testing
