// The real daemon under heavy load. These runs are short and share the machine; the figures that
// count come from ./dev bench, which compares them with node-exporter's.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "tests/daemon/load_scene.h"
#include "tests/support/sanitizers.h"
#include "tests/support/wire/load_figures.h"

namespace mtls::daemon::testing {
namespace {

using namespace mtls::testing;

void check_growth(std::size_t before, std::size_t most) {
  constexpr std::size_t kMostGrowthKib = 8192;
  if (kSanitized) {
    WARN("not asked: a sanitizer's memory is not the daemon's");
  } else {
    CHECK(most <= before + kMostGrowthKib);
  }
}

std::size_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE(
    "N1, N2, N3, N4 and N5: load: 2,200 rude clients delay no scrape and cost little memory") {
  allow_many_descriptors();
  const TempDir dir;
  write_large_tree(dir);
  Exporter exporter(dir);
  await_calm(exporter);
  const LoadFigures figures =
      measure_load({exporter.port()}, exporter.process().pid(), {.span = std::chrono::seconds{3}});
  std::cout << load_table({{"this exporter, short run", figures}});
  CHECK(figures.loaded.failed == 0);
  CHECK(figures.loaded.quantile(1) < 1000);
  CHECK(figures.burst.milliseconds.size() == 1000);
  CHECK(figures.loaded_burst.milliseconds.size() == 1000);
  CHECK(figures.hung_up_on > 0);
  check_growth(figures.kib_before, figures.kib_most);
}

TEST_CASE("N2, N3, N4 and N12: load: 2,200 rude clients delay no scrape over TLS either") {
  allow_many_descriptors();
  const TempDir dir;
  write_large_tree(dir);
  const TlsExporter exporter(dir);
  const LoadFigures figures =
      measure_load(exporter.target(), exporter.pid(),
                   {.rude = kRudeToTls, .burst = 100, .span = std::chrono::seconds{3}});
  std::cout << load_table({{"this exporter over TLS, short run", figures}});
  // A scrape within the first flood of handshakes may lose its connection, see docs/http.md.
  CHECK(figures.loaded.failed <= 2);
  CHECK(figures.loaded.quantile(1) < 1000);
  CHECK(figures.burst.milliseconds.size() == 100);
  CHECK(figures.hung_up_on > 0);
  check_growth(figures.kib_before, figures.kib_most);
}

TEST_CASE("N6: load: 5,000 connections delay no scrape and cost little memory") {
  allow_many_descriptors();
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  Exporter exporter(dir);
  await_calm(exporter);
  const std::size_t before = resident_kib(exporter.process().pid());
  std::size_t most = before;
  std::size_t most_descriptors = 0;
  for (int wave = 0; wave < 3; ++wave) {
    const RudeClients idle({exporter.port()}, {.idle = 5000});
    const Scrapes scrapes = scrape_for({exporter.port()}, std::chrono::seconds{2}, [&] {
      most = std::max(most, resident_kib(exporter.process().pid()));
      most_descriptors = std::max(most_descriptors, open_descriptors(exporter.process().pid()));
    });
    CHECK(scrapes.failed == 0);
    CHECK(scrapes.quantile(1) < 1000);
    CHECK(most_descriptors < 2200);  // the 5,000 were never all held
    CHECK(eventually(10s, [&] { return exporter.value("process_open_fds") < 1000; }));
    std::cout << "wave " << wave << ": longest scrape " << scrapes.quantile(1) << " ms, +"
              << most - before << " KiB, " << most_descriptors << " descriptors\n";
  }
  check_growth(before, most);
}

TEST_CASE("N10 and N11: load: junk and early leavers by the hundred leave no line in the log") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  Exporter exporter(dir);
  await_calm(exporter);
  const std::string before = exporter.log();
  for (int i = 0; i < 300; ++i) {
    HttpConnection junk(exporter.port());
    junk.send(i % 2 == 0 ? "\x16\x03\x01" : "GET /metrics HTTP/9.9\r\n\r\n");
    CHECK(junk.receive_answer().status == 400);
    HttpConnection early(exporter.port());
    early.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    early.reset();
  }
  CHECK(exporter.get("/metrics").status == 200);
  CHECK(exporter.log() == before);
}

}  // namespace mtls::daemon::testing
