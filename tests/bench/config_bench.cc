// Ten thousand server blocks in ten thousand files: reading and resolving them, and a complete cold
// evaluation, as ratios to `nginx -t` on the same tree in the same round (medians of the rounds).
// Few certificates are distinct, so that the configuration is measured. Without TLS nginx reads
// nothing else, which makes the ratio strictest.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "audit/build.h"
#include "config/include.h"
#include "config/resolve.h"
#include "daemon/system/disk.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/pki_maker.h"
#include "tests/support/temp_dir.h"

namespace mtls {
namespace {

using Clock = std::chrono::steady_clock;

enum class Tls { kNone, kFewBundles, kBundlePerServer };

constexpr int kDistinctBundles = 20;
constexpr int kRounds = 3;
constexpr std::chrono::seconds kPatience{600};  // nginx loads 10,000 TLS contexts

std::string tls_lines(int index, Tls tls) {
  if (tls == Tls::kNone) return "";
  const int bundle = tls == Tls::kFewBundles ? index % kDistinctBundles : index;
  return "  ssl_certificate s.pem;\n  ssl_certificate_key s.key;\n"
         "  ssl_client_certificate ca/" +
         std::to_string(bundle) +
         ".pem;\n  ssl_verify_client on;\n  ssl_verify_depth 2;\n"
         "  ssl_protocols TLSv1.2 TLSv1.3;\n";
}

std::string server_block(int index, Tls tls) {
  const std::string number = std::to_string(index);
  return "# tenant " + number + "\nserver {\n  listen 127.0.0.1:20000" +
         (tls == Tls::kNone ? "" : " ssl") + ";\n  server_name s" + number + ".example www.s" +
         number + ".example;\n" + tls_lines(index, tls) +
         "  location / {\n    proxy_pass http://127.0.0.1:20001;\n"
         "    proxy_set_header X-Client-Verify $ssl_client_verify;\n"
         "    proxy_set_header X-Client-DN \"$ssl_client_s_dn\";\n  }\n"
         "  location = /health { return 200 ok; }\n}\n";
}

void write_bundles(const testing::TempDir& tree, int servers, Tls tls) {
  std::vector<std::string> bundles(kDistinctBundles);
  for (std::string& pem : bundles) {
    for (int i = 0; i < 3; ++i) {
      pem += testing::mint_root("CN=Root " + std::to_string(i)).certificate_pem;
    }
  }
  const int files = tls == Tls::kFewBundles ? kDistinctBundles : servers;
  for (int i = 0; i < files; ++i) {
    tree.write("ca/" + std::to_string(i) + ".pem",
               bundles[static_cast<std::size_t>(i % kDistinctBundles)]);
  }
}

void make_tree(const testing::TempDir& tree, int servers, Tls tls) {
  if (tls != Tls::kNone) {
    const testing::Minted root = testing::mint_root("CN=Server Root");
    const testing::Minted server = testing::mint_server("s.example", root);
    tree.write("s.pem", server.certificate_pem);
    tree.write("s.key", server.key_pem);
    write_bundles(tree, servers, tls);
  }
  tree.write("nginx.conf", testing::nginx_http_conf("server_names_hash_max_size 131072;\n"
                                                    "server_names_hash_bucket_size 128;\n"
                                                    "include conf.d/*.conf;"));
  for (int i = 0; i < servers; ++i) {
    tree.write("conf.d/" + std::to_string(i) + ".conf", server_block(i, tls));
  }
}

template <class Work>
double seconds_of(const Work& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void configuration_against_nginx_test(benchmark::State& state) {
  const auto tls = static_cast<Tls>(state.range(1));
  const testing::TempDir tree;
  make_tree(tree, static_cast<int>(state.range(0)), tls);
  audit::Policy policy;
  policy.nginx_conf = tree.path("nginx.conf");
  policy.build.version = {1, 22, 1};
  daemon::system::Disk disk;
  std::vector<double> understood;
  std::vector<double> cold;
  for ([[maybe_unused]] auto round : state) {
    const double nginx = seconds_of([&] {
      const testing::NginxTest said = testing::NginxRunner::test(tree, kPatience);
      if (said.exit_code != 0) state.SkipWithError(said.emerg.c_str());
    });
    understood.push_back(seconds_of([&] {
                           const auto document = config::load_document(disk, policy.nginx_conf);
                           benchmark::DoNotOptimize(
                               config::resolve(document, policy.nginx_conf, policy.build));
                         }) /
                         nginx);
    cold.push_back(seconds_of([&] {
                     benchmark::DoNotOptimize(audit::build({.policy = policy,
                                                            .disk = disk,
                                                            .now = testing::kT0,
                                                            .previous = nullptr,
                                                            .changes = {}}));
                   }) /
                   nginx);
  }
  state.counters["understood_per_nginx_t"] = median(understood);
  state.counters["cold_per_nginx_t"] = median(cold);
}
BENCHMARK(configuration_against_nginx_test)
    ->ArgNames({"servers", "tls"})
    ->Args({1'000, static_cast<int>(Tls::kNone)})
    ->Args({10'000, static_cast<int>(Tls::kNone)})
    ->Args({10'000, static_cast<int>(Tls::kFewBundles)})
    ->Args({10'000, static_cast<int>(Tls::kBundlePerServer)})
    ->Iterations(kRounds)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mtls
