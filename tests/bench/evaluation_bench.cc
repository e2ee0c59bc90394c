// A complete evaluation from a cold start, and one after a single changed bundle, as ratios to
// `nginx -t` on the same tree in the same run. nginx only loads the files; the exporter also
// verifies and renders.

#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>

#include "audit/build.h"
#include "collectors/collect.h"
#include "daemon/system/disk.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/pki_maker.h"
#include "tests/support/temp_dir.h"

namespace mtls {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kServersPerBundle = 5;
constexpr int kFirstPort = 20000;

double seconds_of(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string server_block(int index) {
  const std::string bundle = std::to_string(index / kServersPerBundle);
  return "server { listen 127.0.0.1:" + std::to_string(kFirstPort) + " ssl; server_name s" +
         std::to_string(index) + ".example; ssl_certificate s.pem; ssl_certificate_key s.key; " +
         "ssl_client_certificate ca" + bundle + ".pem; ssl_verify_client on; }\n";
}

std::string bundle_of_five() {
  std::string pem;
  for (int i = 0; i < 5; ++i)
    pem += testing::mint_root("CN=Root " + std::to_string(i)).certificate_pem;
  return pem;
}

void make_tree(const testing::TempDir& tree, int servers) {
  const testing::Minted root = testing::mint_root("CN=Server Root");
  const testing::Minted server = testing::mint_server("s.example", root);
  tree.write("s.pem", server.certificate_pem);
  tree.write("s.key", server.key_pem);
  tree.write("nginx.conf", testing::nginx_http_conf("include conf.d/*.conf;"));
  for (int i = 0; i < servers; ++i) {
    if (i % kServersPerBundle == 0) {
      tree.write("ca" + std::to_string(i / kServersPerBundle) + ".pem", bundle_of_five());
    }
    tree.write("conf.d/" + std::to_string(i) + ".conf", server_block(i));
  }
}

std::shared_ptr<const audit::Snapshot> evaluate(const audit::Policy& policy,
                                                std::shared_ptr<const audit::Snapshot> previous,
                                                audit::Changes changes) {
  daemon::system::Disk disk;
  auto snapshot = audit::build({.policy = policy,
                                .disk = disk,
                                .now = testing::kT0,
                                .previous = std::move(previous),
                                .changes = std::move(changes)});
  benchmark::DoNotOptimize(
      collectors::render(collectors::collect(*snapshot, policy.limits).families));
  return snapshot;
}

void evaluation_against_nginx_test(benchmark::State& state) {
  const testing::TempDir tree;
  make_tree(tree, static_cast<int>(state.range(0)));
  audit::Policy policy;
  policy.nginx_conf = tree.path("nginx.conf");
  policy.build.version = {1, 22, 1};
  double nginx = 0;
  double cold = 0;
  double changed = 0;
  for ([[maybe_unused]] auto iteration : state) {
    nginx += seconds_of([&] {
      const testing::NginxTest said = testing::NginxRunner::test(tree);
      if (said.exit_code != 0) state.SkipWithError(said.emerg.c_str());
    });
    std::shared_ptr<const audit::Snapshot> snapshot;
    cold += seconds_of([&] { snapshot = evaluate(policy, nullptr, {}); });
    tree.rename_over("ca0.pem", bundle_of_five());
    audit::Changes changes;
    changes.paths.insert(tree.path("ca0.pem"));
    changed += seconds_of([&] { evaluate(policy, snapshot, changes); });
  }
  state.counters["cold_per_nginx_t"] = cold / nginx;
  state.counters["change_per_cold"] = changed / cold;
}
BENCHMARK(evaluation_against_nginx_test)
    ->Arg(100)
    ->Arg(1000)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mtls
