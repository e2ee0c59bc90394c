#include "reports/dates.h"

#include <catch2/catch.hpp>

#include "tests/support/pki_maker.h"

namespace mtls::reports {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::kT0;  // 2030-01-01T00:00:00Z

TEST_CASE("dates: a span is told in its greatest unit, rounded down") {
  struct Row {
    base::sys_seconds at;
    const char* words;
  };
  for (const Row& row : {
           Row{kT0, "now"},
           Row{kT0 + 1s, "in 1 second"},
           Row{kT0 - 59s, "59 seconds ago"},
           Row{kT0 + 1min, "in 1 minute"},
           Row{kT0 - 119min, "1 hour ago"},
           Row{kT0 + 23h + 59min, "in 23 hours"},
           Row{kT0 + days{1}, "in 1 day"},
           Row{kT0 - days{729}, "729 days ago"},
           Row{kT0 + days{730}, "in 2 years"},
       }) {
    CHECK(from_now(row.at, kT0) == row.words);
  }
}

TEST_CASE("dates: tables have days, and minutes where they matter") {
  CHECK(day(kT0 + days{20}, kT0) == "2030-01-21 (in 20 days)");
  CHECK(day(kT0 - 3h, kT0) == "2029-12-31 21:00 UTC (3 hours ago)");
}

TEST_CASE("dates: instants in a text become dates, and nothing else does") {
  CHECK(date(kT0 + 90min, kT0) == "2030-01-01 01:30 UTC (in 1 hour)");
  CHECK(with_dates("a ends at 2029-12-31T00:00:00Z, b at 2030-01-03T04:05:06Z", kT0) ==
        "a ends at 2029-12-31 00:00 UTC (1 day ago), b at 2030-01-03 04:05 UTC (in 2 days)");
  for (const char* text :
       {"", "2030-01-01", "2030-01-01T00:00:0", "2030-13-01T00:00:00Z", "2030-02-30T00:00:00Z",
        "20a0-01-01T00:00:00Z", "2030-01-01T00:00:00+", "-030-01-01T00:00:00Z"}) {
    CHECK(with_dates(text, kT0) == text);
  }
}

}  // namespace
}  // namespace mtls::reports
