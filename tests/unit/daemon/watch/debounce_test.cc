#include "daemon/watch/debounce.h"

#include <catch2/catch.hpp>

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;
using Taken = std::map<std::string, watch::Debounce::Ending>;
using enum watch::Debounce::Ending;

TEST_CASE("debounce: a prompt hint is due after 5 ms, together with all other prompt ones") {
  watch::Debounce debounce;
  debounce.prompt("a", 100ms);
  debounce.prompt("a", 103ms);
  debounce.prompt("b", 104ms);
  CHECK(debounce.next() == 105ms);
  CHECK(debounce.take(104ms).empty());
  CHECK(debounce.take(105ms) == Taken{{"a", kComplete}, {"b", kComplete}});
  CHECK(debounce.next() == std::nullopt);
}

TEST_CASE("debounce: writing is due after 50 ms of quiet, or a second after it began") {
  watch::Debounce debounce;
  debounce.writing("a", 0ms);
  debounce.writing("a", 40ms);
  CHECK(debounce.next() == 90ms);
  for (auto now = 80ms; now < 1000ms; now += 40ms) debounce.writing("a", now);
  CHECK(debounce.next() == 1000ms);
  CHECK(debounce.take(999ms).empty());
  CHECK(debounce.take(1000ms) == Taken{{"a", kUnknown}});
  CHECK_FALSE(debounce.hinted("a"));
}

TEST_CASE("debounce: a prompt hint ends the wait for a writer, a writer does not delay it") {
  watch::Debounce debounce;
  debounce.writing("a", 0ms);
  debounce.prompt("a", 10ms);
  debounce.writing("a", 12ms);
  CHECK(debounce.next() == 15ms);
  CHECK(debounce.take(15ms) == Taken{{"a", kComplete}});
}

TEST_CASE("debounce: a half-written file is not looked at because another is due") {
  watch::Debounce debounce;
  debounce.writing("half", 0ms);
  debounce.prompt("done", 1ms);
  CHECK(debounce.take(6ms) == Taken{{"done", kComplete}});
  CHECK(debounce.hinted("half"));
}

TEST_CASE("debounce: what is due by an instant is taken then at the latest") {
  watch::Debounce debounce;
  debounce.by("a", 2000ms);
  CHECK(debounce.next() == 2000ms);
  CHECK_FALSE(debounce.hinted("a"));
  debounce.by("a", 1500ms);
  debounce.by("a", 3000ms);
  CHECK(debounce.next() == 1500ms);
  debounce.writing("a", 1490ms);
  CHECK(debounce.next() == 1500ms);
}

}  // namespace
}  // namespace mtls::daemon
