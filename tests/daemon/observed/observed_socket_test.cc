// The observer's socket as the real daemon holds it: it moves with the settings, and what nginx
// could not send there is counted from nginx's own log.
#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>

#include "tests/daemon/observed/observed_bench.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kLost = "nginx_mtls_observer_lost_total";
constexpr const char* kCurrent = "nginx_mtls_exporter_settings_last_reload_successful";

void write_settings(const ObservedBench& bench, const std::string& socket) {
  bench.dir.rename_over("settings.yml", "observer: {socket: '" + socket + "', state: '" +
                                            bench.dir.path("clients.db") + "'}\n");
}

double connections(const Exporter& exporter) {
  double sum = 0;
  for (const auto& [what, count] : connections_in(exporter)) sum += count;
  return sum;
}

/// Connections until one is counted: each worker loses a line when it finds its socket gone.
bool is_heard(const ObservedBench& bench, const Exporter& exporter) {
  const double before = connections(exporter);
  return eventually(10s, [&] {
    bench.connect(false, &bench.issuers[2].clients[0], false);
    return eventually(700ms, [&] { return connections(exporter) > before; });
  });
}

}  // namespace

TEST_CASE("observed: SIGHUP moves the socket to where the settings say, or keeps the old one") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  const std::string first = bench.dir.path("clients.sock");
  const std::string second = bench.dir.path("second.sock");
  NginxRunner nginx(bench.dir);
  Exporter exporter(bench.dir, bench.flags());
  const Labels a{{"server", "a.example"}};
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = a}) < 3s);
  CHECK(is_heard(bench, exporter));
  const double before = connections(exporter);

  write_settings(bench, second);
  exporter.process().signal(SIGHUP);
  CHECK(eventually(
      5s, [&] { return std::filesystem::exists(second) && !std::filesystem::exists(first); }));
  // nginx sends to the old one until its configuration says so.
  CHECK(exporter.time_until({.name = kCoverage, .labels = a, .value = 0}) < 3s);
  for (const char* name : {"http", "line", "stream"})
    bench.dir.rename_over(std::string(name) + ".conf",
                          mtls::testing::observer_snippet(name, second));
  nginx.reload();
  CHECK(exporter.time_until({.name = kCoverage, .labels = a}) < 5s);
  CHECK(is_heard(bench, exporter));
  CHECK(connections(exporter) > before);  // the counters go on
  CHECK(exporter.shows({.name = kCurrent}));

  write_settings(bench, bench.dir.path("missing/third.sock"));
  exporter.process().signal(SIGHUP);
  CHECK(exporter.time_until({.name = kCurrent, .value = 0}) < 5s);
  CHECK_THAT(exporter.log(), Catch::Contains("invalid settings, the old ones stay in force"));
  CHECK_THAT(exporter.log(), Catch::Contains("choose another path with observer.socket"));
  CHECK(std::filesystem::exists(second));
  CHECK(exporter.shows({.name = kCoverage, .labels = a}));
  CHECK(is_heard(bench, exporter));

  write_settings(bench, first);
  exporter.process().signal(SIGHUP);
  CHECK(exporter.time_until({.name = kCurrent}) < 5s);
  CHECK(eventually(5s, [&] { return std::filesystem::exists(first); }));
  CHECK_FALSE(std::filesystem::exists(second));
}

TEST_CASE("observed: lines that nginx could not send are counted from its log, each once") {
  if (!observer_can_run()) return;
  constexpr int kFull = 600;  // more than any queue takes
  constexpr int kAway = 5;
  const ObservedBench bench(1);
  const NginxRunner nginx(bench.dir);
  std::filesystem::create_directory(bench.dir.path("state"));
  std::vector<std::string> flags = bench.flags();
  flags.insert(flags.end(), {"--state.directory", bench.dir.path("state")});
  const auto connect = [&](int times) {
    for (int i = 0; i < times; ++i)
      bench.connect(i % 2 == 1, &bench.issuers[2].clients[0], i % 3 == 0);
  };
  const Labels full{{"reason", "full"}};
  const Labels unreachable{{"reason", "unreachable"}};
  {
    Exporter exporter(bench.dir, flags);
    REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);
    CHECK(exporter.time_until({.name = kLost, .labels = full, .value = 0}) < 3s);
    CHECK(exporter.shows({.name = kLost, .labels = unreachable, .value = 0}));
    connect(4);
    CHECK(eventually(5s, [&] { return connections(exporter) == 4; }));
    exporter.process().signal(SIGSTOP);
    connect(kFull);
    exporter.process().signal(SIGCONT);
    CHECK(eventually(10s, [&] {
      const double lost = exporter.value(kLost, full).value_or(0);
      return lost > 0 && connections(exporter) + lost == 4 + kFull;
    }));
    CHECK(exporter.value(kLost, unreachable) == 0);
    std::this_thread::sleep_for(3s);  // where it stopped in the log is written
    exporter.process().signal(SIGKILL);
    exporter.process().wait(5s);
  }
  connect(kAway);
  {
    const Exporter exporter(bench.dir, flags);
    CHECK(exporter.time_until({.name = kLost, .labels = unreachable, .value = kAway}, 5s) < 5s);
    std::this_thread::sleep_for(2s);
    CHECK(exporter.value(kLost, unreachable) == kAway);
    CHECK(exporter.value(kLost, full) == 0);
  }
}

TEST_CASE("observed: where nginx logs errors only, losses of a full queue are not known") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  bench.write_conf("include http.conf;", "error_log own.log;");
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  CHECK(exporter.time_until({.name = kLost, .labels = {{"reason", "unreachable"}}, .value = 0}) <
        3s);
  CHECK_FALSE(exporter.value(kLost, {{"reason", "full"}}));
}

}  // namespace mtls::daemon::testing
