// A real nginx started, reloaded, crashed, upgraded and stopped beside the real daemon.
#include <csignal>

#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::NginxRunner;

constexpr const char* kRunning = "nginx_mtls_nginx_running";
constexpr const char* kLoad = "nginx_mtls_nginx_config_load_timestamp_seconds";
constexpr const char* kDraining = "nginx_mtls_nginx_shutting_down_workers";

std::string conf_with(int workers, std::uint16_t port) {
  return "worker_processes " + std::to_string(workers) + ";\nevents {}\nhttp {" +
         std::string(mtls::testing::kNginxHttpPaths) +
         "server { listen 127.0.0.1:" + std::to_string(port) +
         "; location / { return 200 ok; } } }\n";
}

double wall() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<int> workers_of(int master) {
  const std::string number = std::to_string(master);
  std::ifstream text("/proc/" + number + "/task/" + number + "/children");
  std::vector<int> pids;
  for (int pid = 0; text >> pid;) pids.push_back(pid);
  return pids;
}

/// The value stays what it is for a while.
bool stays(const Exporter& exporter, const char* name, double value) {
  const auto end = std::chrono::steady_clock::now() + 1500ms;
  while (std::chrono::steady_clock::now() < end) {
    if (exporter.value(name) != value) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

}  // namespace

TEST_CASE("nginx life: start, reload, crash and stop of a real nginx are seen") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const TempDir dir;
  const std::uint16_t port = mtls::testing::free_port();
  dir.write("nginx.conf", conf_with(2, port));
  const Exporter exporter(dir);
  CHECK(exporter.value(kRunning) == 0);
  CHECK_FALSE(exporter.value(kLoad));
  CHECK_FALSE(exporter.value(kDraining));

  NginxRunner nginx(dir);
  CHECK(exporter.time_until({.name = kRunning, .value = 1}, 5s) < 3s);
  CHECK(exporter.value("nginx_mtls_nginx_info", {{"conf", dir.path("nginx.conf")}}) == 1);
  CHECK(exporter.value(kDraining) == 0);
  const double started = exporter.value(kLoad).value_or(0);
  CHECK(std::abs(started - wall()) < 5);

  std::this_thread::sleep_for(1s);  // the daemon asks the new nginx for its release
  const double before = wall();
  nginx.reload();
  REQUIRE(eventually(2s, [&] { return exporter.value(kLoad).value_or(0) > started; }));
  const double loaded = exporter.value(kLoad).value_or(0);
  CHECK(loaded > before - 0.02);
  CHECK(loaded < wall());

  std::this_thread::sleep_for(3s);  // a crash right after a reload would leave things open
  for (int i = 0; i < 5; ++i) {
    for (const int worker : workers_of(nginx.pid())) ::kill(worker, SIGKILL);
    std::this_thread::sleep_for(150ms);
  }
  CHECK(stays(exporter, kLoad, loaded));
  nginx.reload();
  CHECK(eventually(2s, [&] { return exporter.value(kLoad).value_or(0) > loaded; }));

  nginx.stop();
  CHECK(exporter.time_until({.name = kRunning, .value = 0}, 5s) < 3s);
  CHECK_FALSE(exporter.value(kLoad));
}

TEST_CASE("nginx life: reloads that succeed and reloads that nginx refuses are told apart") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  constexpr const char* kReloads = "nginx_mtls_nginx_reloads_total";
  constexpr const char* kFailures = "nginx_mtls_nginx_reload_failures_total";
  constexpr const char* kSuccessful = "nginx_mtls_nginx_last_reload_successful";
  const TempDir dir;
  const std::string good = conf_with(3, mtls::testing::free_port());
  dir.write("nginx.conf", good);
  NginxRunner nginx(dir);
  const Exporter exporter(dir);
  CHECK(exporter.value(kReloads) == 0);
  CHECK(exporter.value(kFailures) == 0);
  CHECK_FALSE(exporter.value(kSuccessful));

  for (int i = 1; i <= 3; ++i) {
    nginx.reload();
    CHECK(exporter.time_until({.name = kReloads, .value = i}) < 3s);
  }
  CHECK(exporter.value(kSuccessful) == 1);

  dir.rename_over("nginx.conf", "nonsense on;\n" + good);
  CHECK(NginxRunner::test(dir).exit_code == 1);  // it logs under its own number
  std::this_thread::sleep_for(1s);
  CHECK(exporter.value(kFailures) == 0);
  for (int i = 1; i <= 2; ++i) {
    ::kill(nginx.pid(), SIGHUP);
    CHECK(exporter.time_until({.name = kFailures, .value = i}) < 3s);
    CHECK(exporter.time_until({.name = kSuccessful, .value = 0}) < 3s);
  }
  CHECK(exporter.value("nginx_mtls_findings",
                       {{"rule", "last-reload-refused"}, {"severity", "critical"}}) == 1);
  CHECK_THAT(exporter.get("/").body, Catch::Contains("unknown directive &quot;nonsense&quot;"));
  CHECK_THAT(exporter.log(), Catch::Contains("nginx refused to reload"));

  // The log is rotated, and nginx told to open it anew.
  run_in(dir, "mv error.log error.log.1");
  ::kill(nginx.pid(), SIGHUP);
  CHECK(exporter.time_until({.name = kFailures, .value = 3}) < 3s);
  ::kill(nginx.pid(), SIGUSR1);
  REQUIRE(eventually(5s, [&] { return std::filesystem::exists(dir.path("error.log")); }));
  ::kill(nginx.pid(), SIGHUP);
  CHECK(exporter.time_until({.name = kFailures, .value = 4}) < 3s);

  dir.rename_over("nginx.conf", good);
  ::kill(nginx.pid(), SIGHUP);
  CHECK(exporter.time_until({.name = kReloads, .value = 4}) < 3s);
  CHECK(exporter.value(kSuccessful) == 1);
  CHECK(exporter.value(kFailures) == 4);
  CHECK_FALSE(exporter.value("nginx_mtls_findings", {{"rule", "last-reload-refused"}}));
}

TEST_CASE("nginx life: workers that serve old connections are counted until they end") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const TempDir dir;
  const std::uint16_t port = mtls::testing::free_port();
  dir.write("nginx.conf", conf_with(1, port));
  NginxRunner nginx(dir);
  const Exporter exporter(dir);
  CHECK(exporter.value(kRunning) == 1);
  {
    // The head of its request never ends.
    mtls::testing::HttpConnection client(port);
    REQUIRE(client.send("GET / HTTP/1.1\r\nHost: a\r\n"));
    std::this_thread::sleep_for(300ms);
    nginx.reload();
    CHECK(exporter.time_until({.name = kDraining, .value = 1}) < 3s);
  }
  CHECK(exporter.time_until({.name = kDraining, .value = 0}) < 3s);
}

TEST_CASE("nginx life: an upgrade of the binary is one nginx with two masters, then with one") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const TempDir dir;
  dir.write("nginx.conf", conf_with(1, mtls::testing::free_port()));
  // Only an nginx in the background upgrades itself.
  const std::string globals =
      "pid " + dir.path("nginx.pid") + "; error_log " + dir.path("error.log") + " info; user root;";
  // The test is not the parent of what it starts, so it ends it by its number.
  const auto pid_in = [&](const char* file) {
    const std::string text = dir.read(file);
    return text.empty() ? 0 : std::stoi(text);
  };
  run_in(dir, "'" + mtls::testing::nginx_under_test() + "' -p '" + dir.path() +
                  "' -c nginx.conf -e error.log -g '" + globals + "' </dev/null");
  REQUIRE(eventually(5s, [&] { return pid_in("nginx.pid") != 0; }));
  const int old = pid_in("nginx.pid");
  const Exporter exporter(dir);
  CHECK(exporter.time_until({.name = kRunning, .value = 1}, 5s) < 3s);
  const double loaded = exporter.value(kLoad).value_or(0);
  std::this_thread::sleep_for(50ms);
  ::kill(old, SIGUSR2);
  CHECK(eventually(5s, [&] { return pid_in("nginx.pid.oldbin") == old; }));
  REQUIRE(eventually(5s, [&] { return !dir.read("nginx.pid").empty(); }));
  const int upgraded = pid_in("nginx.pid");
  CHECK(upgraded != old);
  CHECK(eventually(3s, [&] { return exporter.value(kLoad).value_or(0) > loaded; }));
  CHECK(exporter.value(kRunning) == 1);
  ::kill(old, SIGQUIT);
  CHECK(eventually(5s, [&] { return pid_in("nginx.pid.oldbin") == 0; }));
  CHECK(stays(exporter, kRunning, 1));
  CHECK(exporter.value(kLoad).value_or(0) > loaded);
  ::kill(upgraded, SIGTERM);
  CHECK(exporter.time_until({.name = kRunning, .value = 0}, 5s) < 3s);
}

}  // namespace mtls::daemon::testing
