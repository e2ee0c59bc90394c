// The real daemon under the load its front is made for. Short, and beside whatever else this
// machine does: the figures that count are those of ./dev bench, printed beside node-exporter's.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/daemon/load_scene.h"
#include "tests/daemon/test_site.h"
#include "tests/support/load_figures.h"

namespace mtls::daemon::testing {
namespace {

using namespace mtls::testing;

[[maybe_unused]] constexpr std::size_t kMostGrowthKib = 8192;

}  // namespace

TEST_CASE("N2: N3: N4: N5: N6: load: 2,200 rude clients delay no scrape and cost little memory") {
  allow_many_descriptors();
  const TempDir dir;
  write_large_tree(dir);
  Exporter exporter(dir);
  await_calm(exporter);
  const LoadFigures figures =
      measure_load(exporter.port(), exporter.process().pid(), {.span = std::chrono::seconds{4}});
  std::cout << load_table({{"this exporter, short run", figures}});
  CHECK(figures.loaded.failed == 0);
  CHECK(figures.loaded.quantile(1) < 1000);
  CHECK(figures.burst.milliseconds.size() == 1000);
  CHECK(figures.loaded_burst.milliseconds.size() == 1000);
  CHECK(figures.hung_up_on > 0);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  WARN("not asked: a sanitizer's memory is not the daemon's");
#else
  CHECK(figures.kib_grown() <= kMostGrowthKib);
#endif
}

}  // namespace mtls::daemon::testing
