#include "collectors/log_families.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "tests/support/metrics_text.h"

namespace mtls::collectors {
namespace {

running::VerifyCounts counts() {
  running::VerifyPlan plan{.logs = {"/log"}};
  plan.blocks.push_back({.label = "a", .names = {"a"}, .is_http = true, .asks = true, .logs = {0}});
  plan.blocks.push_back({.label = "b", .names = {"b"}, .is_http = true, .asks = true});
  plan.reasons = std::vector<std::string>(101, "text");
  running::VerifyCounts counts;
  counts.follow(std::make_shared<const running::VerifyPlan>(plan), {true});
  counts.trust(7);
  running::VerifyLine line{.pid = 7, .code = "10", .reason = {}, .server = "a", .is_http = true};
  counts.take(0, line);
  line.side = running::VerifySide::kUpstream;
  line.code = "name";
  counts.take(0, line);
  return counts;
}

}  // namespace

TEST_CASE("log families: refusals, logs, and whose refusals can be seen") {
  const running::LogCounts log{
      .path = "/log", .lines = 9, .unreadable = 1, .lost = 2, .limited = 3};
  std::string text;
  std::string openmetrics;
  for (const auto& families : {refusal_families(counts()), log_families({log}, counts().foreign())})
    for (const LogFamily& family : families) {
      text += family.header + family.samples;
      openmetrics += family.openmetrics_header + family.samples;
    }
  const auto samples = testing::parse_metrics(text);
  CHECK(testing::duplicates(samples).empty());
  const auto value = [&](const std::string& name, const testing::Labels& labels) {
    const auto found = testing::find(samples, "nginx_mtls_" + name, labels);
    return found.empty() ? -1 : found.front().value;
  };
  CHECK(value("client_verify_failures_total",
              {{"server", "a"}, {"code", "10"}, {"reason", "text"}}) == 1);
  CHECK(value("client_verify_failures_total",
              {{"server", "b"}, {"code", "no_cert"}, {"reason", "no certificate"}}) == 0);
  CHECK(value("upstream_verify_failures_total", {{"server", "a"}, {"code", "name"}}) == 1);
  CHECK(value("verify_failures_observable", {{"server", "a"}}) == 1);
  CHECK(value("verify_failures_observable", {{"server", "b"}}) == 0);
  CHECK(value("log_lines_total", {{"log", "/log"}}) == 9);
  CHECK(value("log_errors_total", {{"log", "/log"}, {"reason", "unreadable"}}) == 1);
  CHECK(value("log_errors_total", {{"log", "/log"}, {"reason", "oversized"}}) == 0);
  CHECK(value("log_errors_total", {{"log", "/log"}, {"reason", "lost"}}) == 2);
  CHECK(value("log_errors_total", {{"log", "/log"}, {"reason", "limited"}}) == 3);
  CHECK(value("log_errors_total", {{"reason", "foreign"}}) == 0);
  CHECK_THAT(text, Catch::Contains("# TYPE nginx_mtls_client_verify_failures_total counter\n"));
  CHECK_THAT(openmetrics,
             Catch::Contains("# TYPE nginx_mtls_client_verify_failures counter\n") &&
                 Catch::Contains("\nnginx_mtls_client_verify_failures_total{server=\"a\","));
}

TEST_CASE("log families: compact has zeros only of the commonest reasons") {
  const running::LogCounts log{.path = "/log", .lines = 0};
  std::string text;
  for (const auto& families :
       {refusal_families(counts(), true), log_families({log}, counts().foreign(), true)})
    for (const LogFamily& family : families) text += family.header + family.samples;
  const auto samples = testing::parse_metrics(text);
  const auto has = [&](const std::string& name, const testing::Labels& labels) {
    return !testing::find(samples, "nginx_mtls_" + name, labels).empty();
  };
  for (const char* code : {"no_cert", "10", "12", "20", "21", "23"})
    CHECK(has("client_verify_failures_total", {{"server", "b"}, {"code", code}}));
  for (const char* code : {"ocsp", "2", "18", "26"})
    CHECK_FALSE(has("client_verify_failures_total", {{"server", "b"}, {"code", code}}));
  CHECK(has("client_verify_failures_total", {{"server", "a"}, {"code", "10"}}));
  CHECK(has("log_lines_total", {{"log", "/log"}}));
  CHECK_FALSE(has("log_errors_total", {}));
  CHECK_FALSE(has("verify_failures_observable", {{"server", "a"}}));
  CHECK(has("verify_failures_observable", {{"server", "b"}}));
}

TEST_CASE("log families: lines of the observer that nginx lost, only where somebody observes") {
  CHECK(loss_families({.is_observed = false}).empty());
  const auto families = loss_families({.is_observed = true, .unreachable = 3, .full = 5});
  REQUIRE(families.size() == 1);
  const auto samples = testing::parse_metrics(families[0].header + families[0].samples);
  const std::string name = "nginx_mtls_observer_lost_total";
  REQUIRE(testing::find(samples, name).size() == 2);
  CHECK(testing::find(samples, name, {{"reason", "full"}})[0].value == 5);
  CHECK(testing::find(samples, name, {{"reason", "unreachable"}})[0].value == 3);
  const auto untold = loss_families({.is_observed = true, .unreachable = 0, .full = std::nullopt});
  CHECK(testing::find(testing::parse_metrics(untold[0].samples), name).size() == 1);
}

}  // namespace mtls::collectors
