#include "collectors/observed/forecast_families.h"

#include <catch2/catch.hpp>

#include "tests/support/metrics_text.h"

namespace mtls::collectors::observed {
namespace {

constexpr base::sys_seconds kNow{std::chrono::seconds{1'800'000'000}};

}  // namespace

TEST_CASE("forecast families: lockouts, the next one, and when each CA was last used") {
  const running::ObservedServer at{.server = "a.test", .listen = "0.0.0.0:443"};
  const running::ObservedServer calm{.server = "b.test", .listen = "0.0.0.0:443"};
  audit::Outlook outlook{.accepted = 9, .lockouts = {1, 2, 4, 8}};
  outlook.next_lockout = kNow + std::chrono::hours{3};
  audit::observed::CaUses uses;
  for (int i = 0; i < 12; ++i) {
    uses[at][std::string(15, '0') + static_cast<char>('a' + i)] = {
        .clients = 1, .last_used = kNow + std::chrono::seconds{i}, .until = kNow};
  }
  std::vector<audit::ServerClients> clients(1);
  clients[0].id.server = "a.test";
  clients[0].id.listen = "0.0.0.0:443";
  clients[0].cas = {{.ca = std::string(15, '0') + "l", .not_after = kNow + std::chrono::hours{9}},
                    {.ca = std::string(15, '0') + "a", .not_after = kNow},
                    {.ca = "nobody's", .not_after = kNow}};
  const auto samples =
      testing::parse_metrics(render(forecast_families({{at, outlook}, {calm, {}}}, uses, clients)));
  CHECK(testing::duplicates(samples).empty());
  const auto value = [&](const std::string& name, testing::Labels labels) {
    labels.emplace("listen", "0.0.0.0:443");
    const auto found = testing::find(samples, "nginx_mtls_" + name, labels);
    return found.size() != 1 ? -1 : found.front().value;
  };
  CHECK(value("observed_lockouts", {{"server", "a.test"}, {"within", "1d"}}) == 1);
  CHECK(value("observed_lockouts", {{"server", "a.test"}, {"within", "7d"}}) == 2);
  CHECK(value("observed_lockouts", {{"server", "a.test"}, {"within", "30d"}}) == 4);
  CHECK(value("observed_lockouts", {{"server", "a.test"}, {"within", "90d"}}) == 8);
  CHECK(value("observed_lockouts", {{"server", "b.test"}, {"within", "90d"}}) == 0);
  CHECK(value("observed_next_lockout_timestamp_seconds", {{"server", "a.test"}}) == 1'800'010'800);
  CHECK(value("observed_next_lockout_timestamp_seconds", {{"server", "b.test"}}) == -1);
  CHECK(testing::find(samples, "nginx_mtls_ca_last_used_timestamp_seconds", {}).size() == 8);
  CHECK(value("ca_last_used_timestamp_seconds",
              {{"server", "a.test"}, {"ca", std::string(15, '0') + "l"}}) == 1'800'000'011);
  // Of those CAs alone that are among the last used.
  CHECK(testing::find(samples, "nginx_mtls_observed_ca_not_after_timestamp_seconds", {}).size() ==
        1);
  CHECK(value("observed_ca_not_after_timestamp_seconds",
              {{"server", "a.test"}, {"ca", std::string(15, '0') + "l"}}) == 1'800'032'400);
  const auto compact = testing::parse_metrics(
      render(forecast_families({{at, outlook}}, uses, clients, {.is_compact = true})));
  CHECK(testing::find(compact, "nginx_mtls_ca_last_used_timestamp_seconds", {}).empty());
  CHECK(compact.size() == 5);
}

}  // namespace mtls::collectors::observed
