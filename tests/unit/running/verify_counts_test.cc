#include "running/verify_counts.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace mtls::running {
namespace {

constexpr int kPid = 7;

std::shared_ptr<const VerifyPlan> plan(VerifyPlan plan) {
  plan.reasons = std::vector<std::string>(101, "text");
  plan.reasons[10] = "certificate has expired";
  return std::make_shared<const VerifyPlan>(std::move(plan));
}

VerifyPlan::Block block(const std::string& name, std::vector<std::size_t> logs) {
  return {.label = name, .names = {name}, .is_http = true, .asks = true, .logs = std::move(logs)};
}

VerifyLine expired(std::string_view server, int pid = kPid) {
  return {.pid = pid, .code = "10", .reason = {}, .server = server, .is_http = true};
}

/// Counts of code 10 under a label.
std::uint64_t of(const VerifyCounts& counts, const std::string& label) {
  const auto found = counts.clients().find(label);
  if (found == counts.clients().end()) return 0;
  const auto code = found->second.find({"10", "certificate has expired"});
  return code == found->second.end() ? 0 : code->second;
}

VerifyCounts counts_of(VerifyPlan one, std::vector<bool> readable) {
  VerifyCounts counts;
  counts.follow(plan(std::move(one)), std::move(readable));
  counts.trust(kPid);
  return counts;
}

}  // namespace

TEST_CASE("verify counts: a server that asks has its series from the beginning, others have none") {
  VerifyPlan::Block silent = block("silent", {0});
  silent.asks = false;
  const VerifyCounts counts =
      counts_of({.logs = {"/log"}, .blocks = {block("a", {0}), silent}}, {true});
  REQUIRE(counts.clients().size() == 1);
  std::vector<std::string> codes;
  for (const auto& [code, count] : counts.clients().at("a")) {
    CHECK(count == 0);
    codes.push_back(code.first);
  }
  CHECK(codes == std::vector<std::string>{"10", "12", "18", "19", "2", "20", "21", "23", "26", "3",
                                          "7", "9", "no_cert", "ocsp", "ocsp", "ocsp"});
}

TEST_CASE("verify counts: a line counts under the block that it names, else under other") {
  VerifyPlan::Block stream{.label = "b.example",
                           .names = {"127.0.0.1:1", "127.0.0.1:2"},
                           .is_http = false,
                           .asks = true,
                           .logs = {0}};
  VerifyCounts counts = counts_of({.logs = {"/log"}, .blocks = {block("a", {0}), stream}}, {true});
  counts.take(0, expired("a"));
  counts.take(0, expired("a"));
  VerifyLine line = expired("127.0.0.1:2");
  line.is_http = false;
  counts.take(0, line);
  counts.take(0, expired("127.0.0.1:2"));  // a name of http
  counts.take(0, expired("unknown"));
  CHECK(of(counts, "a") == 2);
  CHECK(of(counts, "b.example") == 1);
  CHECK(of(counts, "other") == 2);
}

TEST_CASE("verify counts: an address that blocks of several labels share is told as other") {
  VerifyPlan::Block one{.label = "a", .names = {"1"}, .is_http = false, .asks = true, .logs = {0}};
  VerifyPlan::Block two = one;
  two.label = "b";
  VerifyCounts counts = counts_of({.logs = {"/log"}, .blocks = {one, two}}, {true});
  VerifyLine line = expired("1");
  line.is_http = false;
  counts.take(0, line);
  CHECK(of(counts, "other") == 1);
  CHECK(counts.observable() == std::map<std::string, bool>{{"a", false}, {"b", false}});
}

TEST_CASE(
    "verify counts: a line that stands in several logs counts in the first that is readable") {
  for (const bool first : {true, false}) {
    CAPTURE(first);
    VerifyCounts counts = counts_of(
        {.logs = {"/one", "/two", "/three"}, .blocks = {block("a", {0, 1})}}, {first, true, true});
    counts.take(0, expired("a"));
    counts.take(1, expired("a"));
    CHECK(of(counts, "a") == 1);
    counts.take(2, expired("a"));  // a log of its own in former times
    CHECK(of(counts, "a") == 2);
  }
}

TEST_CASE("verify counts: blocks of one name with a log each count in both") {
  VerifyCounts counts = counts_of(
      {.logs = {"/one", "/two"}, .blocks = {block("a", {0}), block("a", {1})}}, {true, true});
  counts.take(0, expired("a"));
  counts.take(1, expired("a"));
  CHECK(of(counts, "a") == 2);
  CHECK(counts.observable().at("a"));
}

TEST_CASE("verify counts: refusals are observable if a log that takes them can be read") {
  const VerifyCounts counts =
      counts_of({.logs = {"/one", "/two"},
                 .blocks = {block("a", {0}), block("b", {1}), block("c", {}), block("d", {1, 0})}},
                {true, false});
  CHECK(counts.observable() ==
        std::map<std::string, bool>{{"a", true}, {"b", false}, {"c", false}, {"d", true}});
}

TEST_CASE("verify counts: backends count in the first readable log of a list") {
  VerifyCounts counts = counts_of(
      {.logs = {"/one", "/two"}, .blocks = {block("a", {0, 1})}, .upstream_logs = {{0, 1}}},
      {true, true});
  VerifyLine line = expired("a");
  line.side = VerifySide::kUpstream;
  counts.take(0, line);
  counts.take(1, line);
  line.code = "name";
  counts.take(0, line);
  CHECK(counts.upstreams().at("a") ==
        std::map<VerifyCode, std::uint64_t>{{{"10", "certificate has expired"}, 1},
                                            {{"name", "another name"}, 1}});
  CHECK(of(counts, "a") == 0);
}

TEST_CASE("verify counts: lines of an unknown process wait until it is known, and then no longer") {
  constexpr int kOther = 8;
  VerifyCounts counts = counts_of({.logs = {"/log"}, .blocks = {block("a", {0})}}, {true});
  counts.take(0, expired("a", kOther));
  counts.take(0, expired("a", kOther));
  CHECK(of(counts, "a") == 0);
  counts.trust(kOther);
  CHECK(of(counts, "a") == 2);
  counts.take(0, expired("a", kOther + 1));
  for (std::uint64_t i = 0; i < VerifyCounts::kPatience; ++i) counts.end_reading();
  counts.trust(kOther + 1);
  CHECK(of(counts, "a") == 2);
  CHECK(counts.foreign() == 1);
}

TEST_CASE("verify counts: many codes and many unknown processes take no more room") {
  VerifyCounts counts = counts_of({.logs = {"/log"}, .blocks = {block("a", {0})}}, {true});
  std::vector<std::string> codes;
  for (int code = 0; code < 1'000; ++code) codes.push_back(std::to_string(code));
  for (const std::string& code : codes) {
    VerifyLine line = expired("a");
    line.code = code;
    counts.take(0, line);
    line.pid = 1'000 + std::stoi(code);
    counts.take(0, line);
  }
  const auto& of_a = counts.clients().at("a");
  CHECK(of_a.size() == VerifyCounts::kMostCodes);
  std::uint64_t sum = 0;
  for (const auto& [code, count] : of_a) sum += count;
  CHECK(sum == codes.size());
  CHECK(counts.foreign() > 900);
}

TEST_CASE("verify counts: totals go on while their server is there") {
  VerifyCounts counts =
      counts_of({.logs = {"/log"}, .blocks = {block("a", {0}), block("b", {0})}}, {true});
  counts.take(0, expired("a"));
  counts.take(0, expired("b"));
  const std::uint64_t version = counts.version();
  counts.follow(plan({.logs = {"/log"}, .blocks = {block("a", {0})}}), {true});
  CHECK(counts.version() > version);
  CHECK(of(counts, "a") == 1);
  CHECK_FALSE(counts.clients().contains("b"));
}

}  // namespace mtls::running
