#include "daemon/system/clock_jump.h"

#include <catch2/catch.hpp>
#include <vector>

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;

TEST_CASE("T1, T4: setting the wall clock and sleeping each move one clock against another") {
  struct Row {
    const char* name;
    system::ClockReadings passed;  // since the readings before
    system::ClockJump::Seen seen;
  };
  const std::vector<Row> rows = {
      {"a second", {.realtime = 1s, .boottime = 1s, .monotonic = 1s}, {}},
      {"a loop that was busy", {.realtime = 90s, .boottime = 90s, .monotonic = 90s}, {}},
      {"slewing", {.realtime = 1001ms, .boottime = 1s, .monotonic = 1s}, {}},
      {"an hour back", {.realtime = 1s - 1h, .boottime = 1s, .monotonic = 1s}, {.stepped = true}},
      {"a year on", {.realtime = 8760h, .boottime = 1s, .monotonic = 1s}, {.stepped = true}},
      {"a second on", {.realtime = 2s, .boottime = 1s, .monotonic = 1s}, {.stepped = true}},
      {"sleep", {.realtime = 8h, .boottime = 8h, .monotonic = 1s}, {.resumed = true}},
      {"sleep, then set",
       {.realtime = 9h, .boottime = 8h, .monotonic = 1s},
       {.stepped = true, .resumed = true}},
  };
  system::ClockReadings now{.realtime = 1'800'000'000s, .boottime = 5000s, .monotonic = 4000s};
  system::ClockJump jump(now);
  for (const Row& row : rows) {
    CAPTURE(row.name);
    now.realtime += row.passed.realtime;
    now.boottime += row.passed.boottime;
    now.monotonic += row.passed.monotonic;
    CHECK(jump.next(now) == row.seen);
    CHECK(jump.next(now) == system::ClockJump::Seen{});  // told once
  }
}

TEST_CASE("T1: the real clocks do not jump by themselves") {
  system::ClockJump jump(system::ClockReadings::now());
  for (int i = 0; i < 100; ++i)
    CHECK(jump.next(system::ClockReadings::now()) == system::ClockJump::Seen{});
}

}  // namespace
}  // namespace mtls::daemon
