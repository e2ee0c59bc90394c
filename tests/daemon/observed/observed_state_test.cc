// The file of clients that the real daemon keeps: it heals without a restart, and forgets.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "daemon/observed/client_store.h"
#include "tests/daemon/observed/observed_bench.h"

namespace mtls::daemon::testing {
namespace {

using mtls::daemon::observed::ClientStore;

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++times;
  return times;
}

running::ObservedClient kept(char digit, std::chrono::seconds ago) {
  const auto at = now() - ago;
  running::ObservedClient client{.fingerprint = std::string(64, digit),
                                 .issuer_key = "other",
                                 .serial = "01",
                                 .not_before = at,
                                 .not_after = now() + 24h,
                                 .key_kind = "EC prime256v1",
                                 .signature_kind = "ecdsa-with-SHA256",
                                 .visits = {},
                                 .certificate = {}};
  client.visits = {{.at = {.server = "a.example", .listen = "0.0.0.0:1"},
                    .first_seen = at,
                    .last_seen = at,
                    .connections = 3}};
  return client;
}

/// So many clients that came to a.example yesterday, of the `issuer`'s key.
std::vector<running::ObservedClient> many(int count, const ObservedBench& bench,
                                          const Issuer& issuer) {
  std::vector<running::ObservedClient> clients;
  for (int i = 0; i < count; ++i) {
    running::ObservedClient& client = clients.emplace_back(kept('0', 24h));
    const std::string number = std::to_string(i);
    client.fingerprint.replace(64 - number.size(), number.size(), number);
    client.issuer_key = issuer.label;
    client.serial = client.fingerprint.substr(32);
    client.visits[0].at = {.server = "a.example", .listen = bench.http_address()};
  }
  return clients;
}

/// Their fingerprints.
std::vector<std::string> clients_in(const std::string& path) {
  auto store = ClientStore::open_existing(path);
  const auto clients = store ? store->load() : std::vector<running::ObservedClient>();
  std::vector<std::string> names;
  for (const auto& client : clients.value_or(std::vector<running::ObservedClient>()))
    names.push_back(client.fingerprint);
  return names;
}

}  // namespace

TEST_CASE("observed: a file that cannot be opened is tried again, and said once") {
  if (!observer_can_run()) return;
  const ObservedBench bench(2);
  const std::string path = bench.dir.path("state/clients.db");
  bench.dir.write("settings.yml", "observer: {socket: '" + bench.dir.path("clients.sock") +
                                      "', state: '" + path + "'}\n");
  std::filesystem::create_directory(bench.dir.path("away"));
  {
    auto store = ClientStore::open(bench.dir.path("away/clients.db"), {});
    REQUIRE(store);
    REQUIRE(store->save(std::vector{kept('1', 40 * 24h), kept('2', 29 * 24h)}));
  }
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);
  bench.connect(false, &bench.issuers[2].clients[0], false);
  CHECK(exporter.time_until({.name = kClients, .labels = {{"ca", bench.issuers[2].label}}}) < 3s);
  std::this_thread::sleep_for(12s);  // at least one more try
  const std::string cannot = "what is known of clients cannot be kept";
  CHECK(times(exporter.log(), cannot) == 1);
  std::filesystem::rename(bench.dir.path("away"), bench.dir.path("state"));
  CHECK(eventually(
      20s, [&] { return times(exporter.log(), "what is known of clients is kept again") == 1; }));
  // Who came meanwhile is kept, and who did not come within the window is not.
  CHECK(eventually(10s, [&] { return clients_in(path).size() == 2; }));
  const auto names = clients_in(path);
  CHECK(std::ranges::count(names, std::string(64, '2')) == 1);
  CHECK(std::ranges::count(names, std::string(64, '1')) == 0);
  CHECK(times(exporter.log(), cannot) == 1);
}

TEST_CASE("observed: no line is lost while the clients of earlier days are judged") {
  if (!observer_can_run()) return;
  constexpr int kTimes = 300;
  const ObservedBench bench(1);
  const std::string lost = "nginx_mtls_observer_lost_total";
  {
    auto store = ClientStore::open(bench.dir.path("clients.db"), {});
    REQUIRE(store);
    REQUIRE(store->save(many(3'000, bench, bench.issuers[2])));
  }
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);
  for (int i = 0; i < kTimes; ++i) bench.connect(false, &bench.issuers[2].clients[0], i % 2 == 0);
  CHECK(eventually(
      5s, [&] { return exporter.value("nginx_mtls_observer_datagrams_total") == kTimes; }));
  std::this_thread::sleep_for(2s);
  CHECK(exporter.value(lost, {{"reason", "full"}}) == 0);
  CHECK(exporter.value(lost, {{"reason", "unreachable"}}) == 0);
}

}  // namespace mtls::daemon::testing
