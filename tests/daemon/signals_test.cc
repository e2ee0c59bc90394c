// Signals at awkward moments: during the start, during an evaluation, and too many of them.
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/daemon/supervisor.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kLongWatchdog = "60000000";

Exporter::Expected canary(const char* name) {
  return {.name = "nginx_mtls_canary_accepted", .labels = {{"canary", name}}};
}

std::string settings(const std::vector<std::string>& canaries) {
  std::string text = "canaries:\n";
  for (const std::string& name : canaries)
    text += "  - {name: " + name + ", certificate: client.pem}\n";
  return text;
}

/// A tree whose evaluation takes a good part of a second after each change of slow.pem.
void write_slow_tree(const TempDir& dir) {
  write_server_certificate(dir);
  const Minted ca = authority("CA");
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("client.pem", client("client", ca).certificate_pem);
  std::string slow;
  for (int i = 0; i < 4'000; ++i) slow += ca.certificate_pem;
  dir.write("slow.pem", slow);
  dir.write("nginx.conf",
            nginx_conf(asking_server("a", "ca.pem") + asking_server("slow", "slow.pem")));
}

/// The signals that `process` blocks, bit n - 1 for signal n; all of one moment.
std::uint64_t blocked_by(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) return std::stoull(line.substr(7), nullptr, 16);
  }
  return 0;
}

/// Whether `process` is between its start and its readiness for SIGHUP: then it blocks SIGHUP
/// alone. A runtime that initializes itself before main() blocks all signals.
bool starts(pid_t process) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (blocked_by(process) != std::uint64_t{1} << (SIGHUP - 1)) {
    if (std::chrono::steady_clock::now() > end) return false;
  }
  return true;
}

/// Settings that take a while to read.
void write_long_settings(const TempDir& dir) {
  std::vector<std::string> names;
  for (int i = 0; i < 2'000; ++i) names.push_back("c" + std::to_string(i));
  dir.write("settings.yml", settings(names));
}

std::optional<double> reloads(const Exporter& exporter) {
  return exporter.value("nginx_mtls_evaluations_total", {{"trigger", "signal"}});
}

TEST_CASE("L1: READY after a SIGHUP waits for the evaluation that the SIGHUP requested") {
  const TempDir dir;
  write_slow_tree(dir);
  dir.write("settings.yml", settings({"one"}));
  const Supervisor systemd(dir);
  Exporter exporter(dir, {"--config.file", dir.path("settings.yml")},
                    systemd.environment(kLongWatchdog));
  REQUIRE_FALSE(systemd.next("READY=1", 10s).empty());
  run_in(dir, "cp slow.pem new && mv new slow.pem");  // keeps the next evaluation busy
  std::this_thread::sleep_for(50ms);                  // it has begun; later would be too late
  dir.write("settings.yml", settings({"one", "two"}));
  exporter.process().signal(SIGHUP);
  CHECK_FALSE(systemd.next("RELOADING=1", 10s).empty());
  CHECK_FALSE(systemd.next("READY=1", 10s).empty());
  CHECK(exporter.shows(canary("two")));
}

TEST_CASE("L1: SIGTERM during an evaluation ends it within two seconds with 0") {
  const TempDir dir;
  write_slow_tree(dir);
  Exporter exporter(dir);
  run_in(dir,
         "for i in 1 2 3 4 5; do cat slow.pem; done | head -c 15000000 > new; mv new slow.pem");
  std::this_thread::sleep_for(50ms);
  exporter.process().signal(SIGTERM);
  CHECK(exporter.process().wait(2s) == 0);
}

TEST_CASE("L1: a SIGHUP during the start becomes a reload once the daemon runs") {
  const TempDir dir;
  write_slow_tree(dir);
  write_long_settings(dir);
  const std::uint16_t port = mtls::testing::free_port();
  ChildProcess process =
      exporter({"--nginx.conf", dir.path("nginx.conf"), "--config.file", dir.path("settings.yml"),
                "--web.listen-address", "127.0.0.1:" + std::to_string(port)});
  REQUIRE(starts(process.pid()));
  process.signal(SIGHUP);
  CHECK(eventually(30s, [&] {
    return mtls::testing::get(port, "/metrics")
               .body.find("nginx_mtls_evaluations_total{trigger=\"signal\"} 1\n") !=
           std::string::npos;
  }));
  CHECK(process.terminate() == 0);
}

TEST_CASE("L1: SIGTERM during the start ends it with 0") {
  const TempDir dir;
  write_simple_tree(dir);
  write_long_settings(dir);
  for (int round = 0; round < 5; ++round) {
    ChildProcess process = exporter({"--nginx.conf", dir.path("nginx.conf"), "--config.file",
                                     dir.path("settings.yml"), "--web.listen-address",
                                     "127.0.0.1:" + std::to_string(mtls::testing::free_port())});
    REQUIRE(starts(process.pid()));
    std::this_thread::sleep_for(round * 5ms);
    process.signal(SIGTERM);
    CHECK(process.wait(2s) == 0);
  }
}

TEST_CASE(
    "L2: a storm of SIGHUPs causes a handful of reloads, the last SIGHUP counts, and scrapes are "
    "answered") {
  const TempDir dir;
  write_slow_tree(dir);
  dir.write("settings.yml", settings({"one"}));
  Exporter exporter(dir, {"--config.file", dir.path("settings.yml")});
  const auto end = std::chrono::steady_clock::now() + 2s;
  int sent = 0;
  std::chrono::steady_clock::duration slowest{};
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 50; ++i, ++sent) exporter.process().signal(SIGHUP);
    const auto asked = std::chrono::steady_clock::now();
    REQUIRE(exporter.get("/metrics").status == 200);
    slowest = std::max(slowest, std::chrono::steady_clock::now() - asked);
  }
  CHECK(sent > 1'000);
  CHECK(slowest < 1s);
  dir.write("settings.yml", settings({"one", "two"}));
  exporter.process().signal(SIGHUP);
  CHECK(exporter.time_until(canary("two"), 10s) < 10s);
  CHECK(reloads(exporter) > 0);
  CHECK(reloads(exporter) < 20);
}

}  // namespace
}  // namespace mtls::daemon::testing
