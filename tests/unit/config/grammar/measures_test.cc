#include "config/grammar/measures.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mtls::config {
namespace {

using Amount = std::optional<std::int64_t>;

struct Case {
  std::string text;
  Amount expected;
};

}  // namespace

TEST_CASE("measures: a number is digits below 2^63") {
  const std::vector<Case> cases{{"0", 0},   {"007", 7}, {"9223372036854775807", INT64_MAX},
                                {"", {}},   {"-1", {}}, {"+1", {}},
                                {" 1", {}}, {"1a", {}}, {"9223372036854775808", {}},
                                {"0x1", {}}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(grammar::parse_number(c.text) == c.expected);
  }
}

TEST_CASE("measures: a size has k or m in either case, and no larger unit") {
  const std::vector<Case> cases{{"8", 8},        {"4k", 4096},    {"4K", 4096},
                                {"1m", 1 << 20}, {"1M", 1 << 20}, {"1g", {}},
                                {"k", {}},       {"", {}},        {"1kk", {}},
                                {"1 k", {}},     {"-1", {}},      {"9007199254740992k", {}}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(grammar::parse_size(c.text) == c.expected);
  }
}

TEST_CASE("measures: units of time go from large to small, each once") {
  struct TimeCase {
    std::string text;
    Amount seconds;
    Amount milliseconds;
  };
  const std::vector<TimeCase> cases{
      {"90", 90, 90'000},
      {"1m", 60, 60'000},
      {"1h30m", 5400, 5'400'000},
      {"1h 30m", 5400, 5'400'000},
      {"1h30", 3630, 3'630'000},
      {"5 ", 5, 5'000},
      {" 5", 5, 5'000},
      {"1w2d", 777'600, 777'600'000},
      {"1ds", 86'400, 86'400'000},
      {"30m1h", {}, {}},
      {"1d1d", {}, {}},
      {"5ms", {}, 5},
      {"1s5ms", {}, 1'005},
      {"1y1M", 34'128'000, {}},
      {"1M1y", {}, {}},
      {"", {}, {}},
      {"s", {}, {}},
      {"1D", {}, {}},
      {"-1", {}, {}},
      {"9223372036854775807s", INT64_MAX, {}},
      {"292471208678y", {}, {}},
  };
  for (const TimeCase& c : cases) {
    CAPTURE(c.text);
    CHECK(grammar::parse_time(c.text, grammar::TimeUnit::kSeconds) == c.seconds);
    CHECK(grammar::parse_time(c.text, grammar::TimeUnit::kMilliseconds) == c.milliseconds);
  }
}

}  // namespace mtls::config
