// Start, reload and stop of the real daemon, as systemd and operators do them, and a real
// Prometheus that scrapes it.
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "daemon/system/file_descriptor.h"
#include "tests/daemon/exporter_fixture.h"
#include "tests/daemon/supervisor.h"

namespace mtls::daemon::testing {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("lifecycle: the service manager is told each phase, and gets heartbeats in between") {
  const TempDir dir;
  write_simple_tree(dir);
  const Supervisor systemd(dir);
  Exporter exporter(dir, {}, systemd.environment("400000"));
  CHECK(systemd.next("READY=1") == "READY=1\nSTATUS=1 server blocks, 2 files");
  for (int beat = 0; beat < 3; ++beat) CHECK(systemd.next("WATCHDOG=1", 400ms) == "WATCHDOG=1");

  dir.rename_over("nginx.conf", "bad");
  CHECK(contains(systemd.next("STATUS="), "nginx would refuse the configuration"));
  dir.rename_over("nginx.conf", nginx_conf(""));
  CHECK(systemd.next("STATUS=") == "STATUS=0 server blocks, 0 files");

  exporter.process().signal(SIGHUP);
  CHECK(contains(systemd.next("RELOADING=1"), "\nMONOTONIC_USEC="));
  CHECK(systemd.next("READY=1") == "READY=1\nSTATUS=0 server blocks, 0 files");
  CHECK(exporter.value("nginx_mtls_evaluations_total", {{"trigger", "signal"}}) == 1);

  exporter.process().signal(SIGTERM);
  CHECK(systemd.next("STOPPING=1") == "STOPPING=1");
  CHECK(exporter.process().wait(2s) == 0);
}

TEST_CASE("lifecycle: SIGTERM and SIGINT end it within two seconds, whatever clients do") {
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    const TempDir dir;
    write_simple_tree(dir);
    Exporter exporter(dir);
    const mtls::testing::HttpConnection idle(exporter.port());
    mtls::testing::HttpConnection half(exporter.port());
    mtls::testing::HttpConnection kept(exporter.port());
    REQUIRE(idle.connected());
    REQUIRE(half.send("GET /metrics HTTP/1.1\r\nHos"));
    REQUIRE(kept.send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n"));
    REQUIRE(kept.receive_answer().status == 200);
    exporter.process().signal(signal);
    CHECK(exporter.process().wait(2s) == 0);
    CHECK(contains(exporter.log(), "stopped"));
  }
}

TEST_CASE(
    "lifecycle: SIGHUP adopts new settings and keeps the old ones if the new ones are invalid") {
  const TempDir dir;
  write_simple_tree(dir);
  const Minted ca = authority("CA");
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("client.pem", client("client", ca).certificate_pem);
  const std::string good = "canaries:\n  - {name: one, certificate: client.pem}\n";
  dir.write("settings.yml", good);
  const Supervisor systemd(dir);
  Exporter exporter(dir, {"--config.file", dir.path("settings.yml")},
                    systemd.environment("60000000"));
  CHECK_FALSE(systemd.next("READY=1").empty());
  CHECK(exporter.value("nginx_mtls_canary_accepted", {{"canary", "one"}}) == 1);

  dir.write("settings.yml", good + "canary: x\n");
  exporter.process().signal(SIGHUP);
  CHECK_FALSE(systemd.next("READY=1").empty());
  CHECK(exporter.value("nginx_mtls_canary_accepted", {{"canary", "one"}}) == 1);
  CHECK(contains(exporter.log(), "invalid settings, the old ones stay in force"));
  CHECK(contains(exporter.log(), dir.path("settings.yml") + ":3:1: unknown key"));

  dir.write("settings.yml", good + "  - {name: two, certificate: client.pem}\n");
  exporter.process().signal(SIGHUP);
  CHECK_FALSE(systemd.next("READY=1").empty());
  CHECK(exporter.value("nginx_mtls_canary_accepted", {{"canary", "two"}}) == 1);
}

TEST_CASE("lifecycle: without an nginx.conf it runs, says so, and sees it appear") {
  const TempDir dir;
  write_simple_tree(dir);
  run_in(dir, "mkdir away && mv nginx.conf away");
  const Exporter exporter(dir);
  CHECK(exporter.value("nginx_mtls_config_parse_success") == 0);
  CHECK(exporter.value("nginx_mtls_config_last_success_timestamp_seconds") == std::nullopt);
  CHECK(contains(exporter.log(), dir.path("nginx.conf")));
  run_in(dir, "mv away/nginx.conf .");
  CHECK(exporter.time_until({.name = "nginx_mtls_config_parse_success"}) < 1s);
  CHECK(exporter.value("nginx_mtls_server_info", {{"server", "a"}}) == 1);
}

TEST_CASE("lifecycle: a port in use ends the start with a message that names the address") {
  const TempDir dir;
  write_simple_tree(dir);
  const Exporter first(dir);
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  ChildProcess second =
      exporter({"--nginx.conf", dir.path("nginx.conf"), "--web.listen-address", address});
  CHECK(second.wait(5s) == 3);
  CHECK(contains(second.standard_error(), address));
  CHECK(contains(second.standard_error(), "in use"));
}

TEST_CASE("lifecycle: private keys are never opened, whether at start, reload, change or scrape") {
  const TempDir dir;
  write_simple_tree(dir);
  const system::FileDescriptor inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  REQUIRE(::inotify_add_watch(inotify.get(), dir.path("server.key").c_str(), IN_OPEN | IN_ACCESS) >=
          0);
  const auto events = [&] {
    std::array<char, 4096> bytes{};
    return ::read(inotify.get(), bytes.data(), bytes.size()) > 0;
  };
  {
    const Supervisor systemd(dir);
    Exporter exporter(dir, {}, systemd.environment("60000000"));
    CHECK_FALSE(systemd.next("READY=1").empty());
    exporter.process().signal(SIGHUP);
    CHECK_FALSE(systemd.next("READY=1").empty());
    run_in(dir,
           "mv server.key old && cat nginx.conf > new && mv old server.key && mv new nginx.conf");
    CHECK_FALSE(systemd.next("STATUS=").empty());
    CHECK(exporter.value("nginx_mtls_config_parse_success") == 1);
    CHECK(exporter.get("/").status == 200);
  }
  CHECK_FALSE(events());
  CHECK_FALSE(dir.read("server.key").empty());
  CHECK(events());  // so the watch works
}

constexpr const char* kPrometheus = "/usr/bin/prometheus";

// All alert rules of the project, with their waiting time removed.
std::string rules_without_waiting() {
  const auto path = std::filesystem::path(SOURCE_ROOT) / "alerts/nginx-mtls.rules.yml";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return std::regex_replace(text, std::regex("for: \\S+"), "for: 0s");
}

std::string prometheus_yml(std::uint16_t target) {
  return "global: {scrape_interval: 300ms, evaluation_interval: 300ms}\n"
         "rule_files: [rules.yml]\n"
         "scrape_configs:\n"
         "  - job_name: nginx-mtls\n"
         "    scrape_timeout: 300ms\n"
         "    static_configs: [{targets: ['127.0.0.1:" +
         std::to_string(target) + "']}]\n";
}

TEST_CASE(
    "lifecycle: a real Prometheus accepts the scrape, and a CA with 20 days left fires the alert") {
  if (::access(kPrometheus, X_OK) != 0) {
    WARN("skipped: there is no " << kPrometheus);
    return;
  }
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("soon.pem", authority("Soon", 20 * 24h).certificate_pem);
  dir.write("late.pem", authority("Late", 200 * 24h).certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("soon.example", "soon.pem") +
                                     asking_server("late.example", "late.pem")));
  const Exporter exporter(dir);
  dir.write("prometheus/rules.yml", rules_without_waiting());
  dir.write("prometheus/prometheus.yml", prometheus_yml(exporter.port()));
  const std::uint16_t port = mtls::testing::free_port();
  const ChildProcess prometheus(
      {.argv = {kPrometheus, "--config.file=" + dir.path("prometheus/prometheus.yml"),
                "--storage.tsdb.path=" + dir.path("prometheus/data"),
                "--web.listen-address=127.0.0.1:" + std::to_string(port)}});
  const auto query = [&](const std::string& encoded) {
    return mtls::testing::get(port, "/api/v1/query?query=" + encoded).body;
  };
  const std::string alert = "NginxClientCABundleExpiryWarning";
  const std::string firing = "ALERTS%7Balertname=%22" + alert + "%22,alertstate=%22firing%22%7D";
  INFO(prometheus.standard_error());
  CHECK(eventually(20s, [&] { return contains(query(firing), "\"server\":\"soon.example\""); }));
  CHECK(contains(query("up"), "\"1\""));
  CHECK_FALSE(contains(query(firing), "late.example"));
  CHECK(contains(query("nginx_mtls_server_info"), "\"server\":\"late.example\""));
  CHECK(
      contains(mtls::testing::get(port, "/api/v1/targets?state=active").body, "\"health\":\"up\""));
}

}  // namespace
}  // namespace mtls::daemon::testing
