// What lies ahead of a real nginx's clients, as the real daemon says it, and which CA can go.
#include <chrono>

#include "tests/daemon/observed/observed_bench.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kLockouts = "nginx_mtls_observed_lockouts";
constexpr const char* kNext = "nginx_mtls_observed_next_lockout_timestamp_seconds";
constexpr const char* kLastUsed = "nginx_mtls_ca_last_used_timestamp_seconds";
constexpr const char* kState = "nginx_mtls_ca_rotation_state";
const Labels kServer{{"server", "a.example"}};

base::sys_seconds this_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Minted client_until(const Minted& ca, base::sys_seconds until) {
  mtls::testing::CertificateSpec spec = mtls::testing::client_spec("CN=short", ca);
  spec.not_before = this_second() - std::chrono::days{1};
  spec.not_after = until;
  return mtls::testing::mint(spec);
}

}  // namespace

TEST_CASE("observed: the next lockout is told to the second, and nginx refuses from it on") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = kServer}) < 3s);
  CHECK(exporter.time_until({.name = kLockouts, .labels = {{"within", "1d"}}, .value = 0}) < 3s);
  const Issuer& issuer = bench.issuers[2];
  const base::sys_seconds end = this_second() + std::chrono::seconds{6};
  const Minted short_lived = client_until(issuer.ca, end);
  const Minted later = client_until(issuer.ca, end + std::chrono::days{3});
  CHECK(bench.connect(false, &short_lived, false).status == 200);
  CHECK(bench.connect(false, &later, false).status == 200);
  const Labels known{{"server", "a.example"}, {"ca", issuer.label}};
  CHECK(exporter.time_until({.name = kNext, .labels = kServer, .value = base::unix_seconds(end)}) <
        3s);
  CHECK(exporter.value(kLockouts, {{"server", "a.example"}, {"within", "1d"}}) == 1);
  CHECK(exporter.value(kLockouts, {{"server", "a.example"}, {"within", "7d"}}) == 2);
  CHECK(exporter.value(kLastUsed, known).value_or(0) > base::unix_seconds(end) - 10);
  CHECK(exporter.value("nginx_mtls_observed_ca_not_after_timestamp_seconds", known));
  std::this_thread::sleep_until(end + std::chrono::seconds{1});
  CHECK(bench.connect(false, &short_lived, false).status == 400);
  CHECK(exporter.time_until({.name = kNext,
                             .labels = kServer,
                             .value = base::unix_seconds(end + std::chrono::days{3})}) < 3s);
  CHECK(exporter.value(kLockouts, {{"server", "a.example"}, {"within", "1d"}}) == 0);
}

TEST_CASE("observed: a CA is unused after a whole window, and in use with its first client") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  bench.write_conf("include http.conf;", "ssl_session_cache off; ssl_session_tickets off;");
  bench.dir.write("settings.yml", "observer: {socket: '" + bench.dir.path("clients.sock") +
                                      "', state: '" + bench.dir.path("clients.db") +
                                      "', window: 8s}\n");
  NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = kServer}) < 3s);
  const auto unused = [&] {
    double sum = 0;
    for (const Sample& sample :
         mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), kState,
                             {{"server", "a.example"}, {"state", "unused"}}))
      sum += sample.value;
    return sum;
  };
  CHECK(exporter.time_until({.name = kState,
                             .labels = {{"server", "a.example"}, {"state", "unused"}},
                             .value = 0}) < 3s);
  std::this_thread::sleep_for(8500ms);
  CHECK(unused() == 0);  // nginx's workers are older than the window
  nginx.reload();
  CHECK(bench.connect(false, &bench.issuers[2].clients[0], false).status == 200);
  CHECK(eventually(5s, [&] { return unused() == 3; }));  // of four that are trusted
  CHECK(exporter.shows({.name = "nginx_mtls_findings",
                        .labels = {{"rule", "ca-unused"}, {"server", "a.example"}},
                        .value = 3}));
  CHECK_THAT(exporter.get("/").body, Catch::Contains("safe to drop"));
  CHECK(bench.connect(false, &bench.issuers[3].clients[0], false).status == 200);
  CHECK(eventually(2s, [&] { return unused() == 2; }));
}

}  // namespace mtls::daemon::testing
