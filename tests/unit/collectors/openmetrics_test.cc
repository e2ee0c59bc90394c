#include "collectors/openmetrics.h"

#include <catch2/catch.hpp>

namespace mtls::collectors {
namespace {

constexpr FamilySpec kGauge{"test_gauge", "A gauge."};

std::string rendered(Family& family) { return render_openmetrics({family.take()}); }

}  // namespace

TEST_CASE("openmetrics: a counter's family has no suffix, its samples have it") {
  Family family({"test_total", "A counter.", prometheus::MetricType::Counter});
  family.add({{"code", "200"}}, 3);
  CHECK(rendered(family) ==
        "# HELP test A counter.\n# TYPE test counter\ntest_total{code=\"200\"} 3\n");
}

TEST_CASE("openmetrics: gauges read as in text format 0.0.4, numbers and labels included") {
  Family family(kGauge);
  family.add({{"path", "/a\"b\\c"}, {"server", "x"}}, 1.5);
  for (const double value : {0.0, 1.0, -1.0, 0.1, 1.0 / 3, 1798765432.0, 253402300799.0, 1e15, 1e16,
                             123456789012345680.0, 2.5e-7, -62135596800.0}) {
    family.add({{"path", std::to_string(value)}}, value);
  }
  const Families families{family.take()};
  CHECK(render_openmetrics(families) == render(families));
}

TEST_CASE("openmetrics: help is escaped") {
  Family family({"test_gauge", "Line\nand \"quote\" and \\.", prometheus::MetricType::Gauge});
  family.add({}, 1);
  CHECK(rendered(family) ==
        "# HELP test_gauge Line\\nand \\\"quote\\\" and \\\\.\n# TYPE test_gauge gauge\n"
        "test_gauge 1\n");
}

TEST_CASE("openmetrics: a family without series is not rendered") {
  Family empty(kGauge);
  CHECK(rendered(empty).empty());
}

}  // namespace mtls::collectors
