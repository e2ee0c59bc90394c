// Our own restart while nginx refuses clients: each refusal counts once, before or after it.
#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/daemon/logs/verify_bench.h"

namespace mtls::daemon::testing {
namespace {

/// A directory for the state, and exporters that use it one after the other.
class Restarts {
 public:
  explicit Restarts(const TempDir& dir)
      : dir_(dir), flags_{"--state.directory", dir.path("state")} {
    std::filesystem::create_directory(dir.path("state"));
  }

  std::unique_ptr<Exporter> start() const { return std::make_unique<Exporter>(dir_, flags_); }
  static void stop(std::unique_ptr<Exporter>& exporter) {
    exporter->process().signal(SIGTERM);
    REQUIRE(exporter->process().wait(10s) == 0);
    exporter.reset();
  }

 private:
  const TempDir& dir_;
  std::vector<std::string> flags_;
};

void expect_counts(const Exporter& exporter, const Counts& expected) {
  eventually(10s, [&] { return counts_in(exporter) == expected; });
  CHECK_THAT(text(counts_in(exporter)), Catch::Equals(text(expected)));
}

bool is_refusal(const std::string& line) {
  return line.find("certificate verify error") != std::string::npos ||
         line.find("no required SSL certificate") != std::string::npos;
}

}  // namespace

TEST_CASE("verify failures: what came while the exporter was away counts after its restart, once") {
  if (!can_run()) return;
  const int handshakes = number_in("MTLS_LOG_HANDSHAKES", 36);
  std::vector<Style> styles = kStyles;
  styles.push_back({"left alone", "true", false});
  for (const Style& style : styles) {
    CAPTURE(style.name);
    const Bench bench;
    const NginxRunner nginx(bench.dir);
    const Restarts restarts(bench.dir);
    auto exporter = restarts.start();
    REQUIRE(exporter->time_until({.name = kObservable, .labels = {{"server", "a.example"}}}) < 3s);
    int number = 0;
    for (int part = 1; part <= 3; ++part) {
      CAPTURE(part);
      Counts expected;  // counters begin at 0 with each process
      if (part > 1) {
        Restarts::stop(exporter);
        for (; number < handshakes * (2 * part - 2) / 6; ++number)
          bench.shake_hands(number, expected);
        rotate(style, part, bench.dir, nginx);
        for (; number < handshakes * (2 * part - 1) / 6; ++number)
          bench.shake_hands(number, expected);
        exporter = restarts.start();
      }
      for (; number < handshakes * part / 3; ++number) bench.shake_hands(number, expected);
      expect_counts(*exporter, expected);
    }
    std::this_thread::sleep_for(2200ms);
    CHECK(exporter->value("nginx_mtls_log_errors_total", {{"reason", "lost"}}) ==
          (style.name == "deleted" ? 1 : 0));
  }
}

// Lines that the first process reads after its last scrape are counted there and seen by nobody.
// Where it stopped says how many.
TEST_CASE("verify failures: a restart in the middle of handshakes loses none and doubles none") {
  constexpr int kHandshakes = 60;
  if (!can_run()) return;
  const Bench bench;
  const NginxRunner nginx(bench.dir);
  const Restarts restarts(bench.dir);
  auto first = restarts.start();
  REQUIRE(first->time_until({.name = kObservable, .labels = {{"server", "a.example"}}}) < 3s);
  Counts made;
  std::thread clients([&] {
    for (int i = 0; i < kHandshakes; ++i) bench.shake_hands(12 * (i / 3) + i % 3, made);
  });
  eventually(10s, [&] { return !counts_in(*first).empty(); });
  const Counts shown = counts_in(*first);
  Restarts::stop(first);
  const auto state = nlohmann::json::parse(bench.dir.read("state/logs.json"));
  auto second = restarts.start();
  clients.join();

  std::size_t offset = 0;
  for (const auto& log : state.at("logs")) {
    if (log.at("path") == bench.dir.path("error.log")) offset = log.at("files").at(0).at("offset");
  }
  Counts before;
  Counts after;
  std::istringstream lines(bench.dir.read("error.log"));
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line); at += line.size() + 1) {
    if (!is_refusal(line)) continue;
    const bool is_expired = line.find("verify error: (10:") != std::string::npos;
    ++(at < offset ? before : after)[is_expired ? "a.example 10" : "a.example no_cert"];
  }
  CAPTURE(offset, text(shown), text(before));
  expect_counts(*second, after);
  for (const auto& [what, count] : made) CHECK(before[what] + after[what] == count);
  for (const auto& [what, count] : shown) CHECK(count <= before[what]);
}

TEST_CASE("verify failures: a damaged state is set aside, and nothing old counts") {
  if (!can_run()) return;
  const Bench bench;
  const NginxRunner nginx(bench.dir);
  const Restarts restarts(bench.dir);
  Counts ignored;
  bench.shake_hands(1, ignored);
  bench.dir.write("state/logs.json", "{\"format\": 1, \"logs\": [");
  bench.dir.write("state/loaded.json", "junk");
  const auto exporter = restarts.start();
  REQUIRE(exporter->time_until({.name = kObservable, .labels = {{"server", "a.example"}}}) < 3s);
  CHECK(counts_in(*exporter) == Counts{});
  for (const char* name : {"logs.json", "loaded.json"}) {
    CAPTURE(name);
    const std::string log = exporter->log();
    const std::string line = bench.dir.path(std::string("state/") + name);
    const std::size_t found = log.find(line);
    CHECK(found != std::string::npos);
    CHECK(log.find(line, found + 1) == std::string::npos);
    CHECK(std::filesystem::exists(line + ".unused"));
  }
}

}  // namespace mtls::daemon::testing
