// What the lines of nginx about its clients cost: lines a second of CPU, of 200 clients that are
// known and of those that come for the first time.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "audit/build.h"
#include "audit/observed/observer.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/pki_maker.h"

namespace {

using namespace mtls;

constexpr int kClients = 200;

std::string escaped(const std::string& pem) {
  std::string text;
  for (const char c : pem)
    text += c == '\n' ? "%0A" : c == ' ' ? "%20" : c == '+' ? "%2B" : std::string(1, c);
  return text;
}

std::string line(const testing::Minted& client, bool is_resumed) {
  return std::string(
             "<190>Dec  1 03:03:49 mtls: {\"v\":1,\"on\":\"http\",\"verify\":\"SUCCESS\","
             "\"sni\":\"a.test\",\"server\":\"a.test\",\"address\":\"192.0.2.1\",\"port\":"
             "\"443\",\"protocol\":\"HTTP/1.1\",\"tls\":\"TLSv1.3\",\"cipher\":"
             "\"TLS_AES_256_GCM_SHA384\",\"reused\":\"") +
         (is_resumed ? "r" : ".") +
         "\",\"ended\":\"1893456100.500\",\"lasted\":\"0.100\",\"leaf\":\"" +
         escaped(client.certificate_pem) + "\"}";
}

struct Told {
  Told() {
    const testing::Minted root = testing::mint_root("CN=Root");
    disk.put(
        "/etc/nginx/nginx.conf",
        "events { }\nhttp { server { listen 443 ssl; server_name a.test; ssl_certificate s.pem; "
        "ssl_certificate_key s.key; ssl_client_certificate ca.pem; ssl_verify_client on; } }");
    disk.put("/etc/nginx/ca.pem", root.certificate_pem);
    disk.put("/etc/nginx/s.pem", testing::mint_server("a.test", root).certificate_pem);
    disk.put("/etc/nginx/s.key", "never opened");
    audit::Policy policy;
    audit::assume_our_openssl(policy.build);
    snapshot = audit::build(
        {.policy = policy, .disk = disk, .now = testing::kT0, .previous = nullptr, .changes = {}});
    for (int i = 0; i < kClients; ++i) {
      const auto client = testing::mint_client("CN=client " + std::to_string(i), root);
      full.push_back(line(client, false));
      resumed.push_back(line(client, true));
    }
  }

  std::unique_ptr<audit::observed::Observer> observer() const {
    const audit::observed::Instant now{testing::kT0};
    auto made = std::make_unique<audit::observed::Observer>(
        audit::observed::ObserverOptions{.socket = "/s", .limits = {}}, now);
    made->follow(snapshot, now);
    return made;
  }

  testing::MemoryFileSystem disk;
  std::shared_ptr<const audit::Snapshot> snapshot;
  std::vector<std::string> full;
  std::vector<std::string> resumed;
};

const Told& told() {
  static const Told kTold;
  return kTold;
}

void take(benchmark::State& state, const std::vector<std::string>& lines) {
  const auto observer = told().observer();
  for (const std::string& one : lines) observer->take(one);
  for ([[maybe_unused]] auto iteration : state)
    for (const std::string& one : lines) observer->take(one);
  state.SetItemsProcessed(state.iterations() * kClients);
  if (observer->clients().size() != kClients) state.SkipWithError("clients are missing");
}

void full_handshakes(benchmark::State& state) { take(state, told().full); }
void resumed_handshakes(benchmark::State& state) { take(state, told().resumed); }

void first_visits(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) {
    state.PauseTiming();
    const auto observer = told().observer();
    state.ResumeTiming();
    for (const std::string& one : told().full) observer->take(one);
  }
  state.SetItemsProcessed(state.iterations() * kClients);
}

BENCHMARK(full_handshakes)->Unit(benchmark::kMillisecond);
BENCHMARK(resumed_handshakes)->Unit(benchmark::kMillisecond);
BENCHMARK(first_visits)->Unit(benchmark::kMillisecond);

}  // namespace
