#include "collectors/family.h"

#include <catch2/catch.hpp>

namespace mtls::collectors {
namespace {

constexpr FamilySpec kGauge{"test_gauge", "A gauge."};

std::string rendered(Family& family) { return render({family.take()}); }

}  // namespace

TEST_CASE("family: a series is rendered in text format 0.0.4") {
  Family family(kGauge);
  family.add({{"path", "/a"}, {"server", "x"}}, 1.5);
  CHECK(rendered(family) ==
        "# HELP test_gauge A gauge.\n# TYPE test_gauge gauge\n"
        "test_gauge{path=\"/a\",server=\"x\"} 1.5\n");
}

TEST_CASE("family: a counter keeps its type") {
  Family family({"test_total", "A counter.", prometheus::MetricType::Counter});
  family.add({}, 3);
  CHECK(rendered(family) ==
        "# HELP test_total A counter.\n# TYPE test_total counter\ntest_total 3\n");
}

TEST_CASE("family: label values are made safe") {
  const std::string long_name(300, 'x');
  const struct {
    std::string raw;
    std::string shown;  // between the quotes of the exposition
  } table[] = {
      {"plain", "plain"},    {"quo\"te", "quo\\\"te"}, {"back\\slash", "back\\\\slash"},
      {"a\nb", "a\\\\x0Ab"}, {"\xff", "\\\\xFF"},      {"\xe2\x80\xae", "\\\\u{202E}"},
  };
  for (const auto& row : table) {
    Family family(kGauge);
    family.add({{"server", row.raw}}, 1);
    CHECK_THAT(rendered(family), Catch::Contains("{server=\"" + row.shown + "\"} 1"));
  }
  Family family(kGauge);
  family.add({{"server", long_name}}, 1);
  CHECK(rendered(family).size() < long_name.size());
}

TEST_CASE("family: a path keeps its length up to 4096 bytes") {
  const std::string path = "/" + std::string(3000, 'p');
  Family family(kGauge);
  family.add({{"path", path}}, 1);
  CHECK_THAT(rendered(family), Catch::Contains(path));
}

TEST_CASE("family: of two series with the same labels the first speaks") {
  Family family(kGauge);
  family.add({{"server", "a"}, {"listen", "b"}}, 1);
  family.add({{"server", "a"}, {"listen", "b"}}, 2);
  family.add({{"server", "b"}, {"listen", "a"}}, 3);
  const Families families{family.take()};
  CHECK(series(families) == 2);
  CHECK(families.front().metric.front().gauge.value == 1);
}

TEST_CASE("family: families are sorted by name, their series stay as they came") {
  Family b({"b", "B."});
  b.add({{"x", "2"}}, 1);
  b.add({{"x", "1"}}, 1);
  Family a({"a", "A."});
  a.add({}, 1);
  Families families{b.take(), a.take()};
  sort_by_name(families);
  CHECK(render(families) ==
        "# HELP a A.\n# TYPE a gauge\na 1\n"
        "# HELP b B.\n# TYPE b gauge\nb{x=\"2\"} 1\nb{x=\"1\"} 1\n");
}

TEST_CASE("family: a family without series is not rendered") {
  Family empty(kGauge);
  CHECK(rendered(empty).empty());
}

}  // namespace mtls::collectors
