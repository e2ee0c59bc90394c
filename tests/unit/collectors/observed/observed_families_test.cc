#include "collectors/observed/observed_families.h"

#include <catch2/catch.hpp>

#include "collectors/openmetrics.h"
#include "tests/support/metrics_text.h"

namespace mtls::collectors::observed {
namespace {

using running::LineVerify;

running::ObservedCounts counts() {
  running::ObservedCounts counts;
  counts.datagrams = 9;
  for (const running::LineFault fault : running::kLineFaults) counts.rejected[fault] = 0;
  counts.rejected[running::LineFault::kTorn] = 2;
  counts.since = std::chrono::sys_seconds{std::chrono::seconds{1'900'000'000}};
  running::ObservedAt& at = counts.servers[{.server = "a", .listen = "0.0.0.0:443"}];
  at.connections = {{{"0123", LineVerify::kSuccess}, 5}, {{"none", LineVerify::kNone}, 1}};
  at.clients = {{"0123", 3}};
  at.lifetimes.add(std::chrono::seconds{-5});
  at.lifetimes.add(std::chrono::seconds{1'800});
  at.lifetimes.add(std::chrono::seconds{1'801});
  at.lifetimes.add(std::chrono::hours{24 * 400});
  at.is_covered = true;
  at.agreed = 4;
  at.trust_matches = true;
  at.revoked_served = {0, 2};
  counts.servers[{.server = "b", .listen = "0.0.0.0:443"}] = {};
  return counts;
}

void check(const std::vector<testing::Sample>& samples, const std::string& name,
           const testing::Labels& labels, std::optional<double> value) {
  const auto found = testing::find(samples, "nginx_mtls_" + name, labels);
  CAPTURE(name);
  CHECK(found.empty() != value.has_value());
  if (!found.empty()) CHECK(found.front().value == value);
}

}  // namespace

TEST_CASE("observed families: connections, clients, and what they tell of nginx") {
  const Families families = observed_families(counts());
  const auto samples = testing::parse_metrics(render(families));
  CHECK(testing::duplicates(samples).empty());
  const testing::Labels a{{"server", "a"}, {"listen", "0.0.0.0:443"}};
  const testing::Labels b{{"server", "b"}, {"listen", "0.0.0.0:443"}};
  check(samples, "observed_connections_total", {{"ca", "0123"}, {"verify", "success"}}, 5);
  check(samples, "observed_connections_total", {{"ca", "none"}, {"verify", "none"}}, 1);
  check(samples, "observed_clients", {{"server", "a"}, {"ca", "0123"}}, 3);
  check(samples, "observed_clients", b, std::nullopt);
  check(samples, "predictions_total", {{"server", "a"}, {"agree", "true"}}, 4);
  check(samples, "predictions_total", {{"server", "a"}, {"agree", "false"}}, 0);
  check(samples, "loaded_trust_matches", a, 1);
  check(samples, "loaded_trust_matches", b, std::nullopt);
  check(samples, "revoked_clients_served_total", {{"server", "a"}, {"resumed", "true"}}, 2);
  check(samples, "observer_coverage", a, 1);
  check(samples, "observer_coverage", b, 0);
  check(samples, "observer_datagrams_total", {}, 9);
  check(samples, "observer_rejected_total", {{"reason", "torn"}}, 2);
  check(samples, "observer_rejected_total", {{"reason", "sender"}}, 0);
  check(samples, "observer_since_timestamp_seconds", {}, 1.9e9);
}

TEST_CASE("observed families: the remaining lifetimes are a histogram in both formats") {
  const Families families = observed_families(counts());
  const auto samples = testing::parse_metrics(render(families));
  const std::string name = "observed_client_certificate_expiration_seconds";
  check(samples, name + "_bucket", {{"server", "a"}, {"le", "0"}}, 1);
  check(samples, name + "_bucket", {{"server", "a"}, {"le", "1800"}}, 2);
  check(samples, name + "_bucket", {{"server", "a"}, {"le", "3600"}}, 3);
  check(samples, name + "_bucket", {{"server", "a"}, {"le", "31104000"}}, 3);
  check(samples, name + "_bucket", {{"server", "a"}, {"le", "+Inf"}}, 4);
  check(samples, name + "_count", {{"server", "a"}}, 4);
  check(samples, name + "_sum", {{"server", "a"}}, 1'800 + 1'801 + 400 * 86'400);
  check(samples, name + "_count", {{"server", "b"}}, 0);
  const std::string open = render_openmetrics(families);
  for (const char* line :
       {"# TYPE nginx_mtls_observed_client_certificate_expiration_seconds histogram\n",
        "_seconds_bucket{server=\"a\",listen=\"0.0.0.0:443\",le=\"1800\"} 2\n",
        "_seconds_bucket{server=\"a\",listen=\"0.0.0.0:443\",le=\"+Inf\"} 4\n",
        "_seconds_count{server=\"a\",listen=\"0.0.0.0:443\"} 4\n",
        "# TYPE nginx_mtls_observed_clients gauge\n"})
    CHECK_THAT(open, Catch::Contains(line));
}

TEST_CASE("observed families: compact has no label ca, and strangers do not count") {
  running::ObservedCounts all = counts();
  running::ObservedAt& at = all.servers.begin()->second;
  at.connections[{"4567", LineVerify::kSuccess}] = 2;
  at.connections[{"4567", LineVerify::kFailed}] = 3;
  at.connections[{"other", LineVerify::kFailed}] = 100;
  at.clients["4567"] = 4;
  const auto samples = testing::parse_metrics(render(observed_families(all, true)));
  CHECK(testing::duplicates(samples).empty());
  for (const testing::Sample& sample : samples) CHECK_FALSE(sample.labels.contains("ca"));
  check(samples, "observed_connections_total", {{"server", "a"}, {"verify", "success"}}, 7);
  check(samples, "observed_connections_total", {{"server", "a"}, {"verify", "failed"}}, 3);
  check(samples, "observed_connections_total", {{"server", "a"}, {"verify", "none"}}, 1);
  check(samples, "observed_clients", {{"server", "a"}}, 7);
  check(samples, "observed_clients", {{"server", "b"}}, std::nullopt);
}

}  // namespace mtls::collectors::observed
