// The HTTP server under load, its figures beside prometheus-node-exporter's in the same run. Ends
// in 0 when ours meet their goals.
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "tests/daemon/load_scene.h"
#include "tests/support/wire/load_figures.h"

namespace {

using namespace mtls::testing;
using mtls::daemon::testing::Exporter;

constexpr const char* kNodeExporter = "/usr/bin/prometheus-node-exporter";

LoadFigures measure_ours(const LoadPlan& plan) {
  const TempDir dir;
  mtls::daemon::testing::write_large_tree(dir);
  Exporter exporter(dir);
  mtls::daemon::testing::await_calm(exporter);
  return measure_load({exporter.port()}, exporter.process().pid(), plan);
}

LoadFigures measure_ours_over_tls(const LoadPlan& plan) {
  const TempDir dir;
  mtls::daemon::testing::write_large_tree(dir);
  const mtls::daemon::testing::TlsExporter exporter(dir);
  return measure_load(exporter.target(), exporter.pid(), plan);
}

LoadFigures measure_node_exporter(const LoadPlan& plan, Transport transport) {
  const TempDir dir;
  mtls::daemon::testing::write_server_certificate(dir);
  const LoadTarget target{free_port(), transport};
  std::vector<std::string> argv{kNodeExporter,
                                "--web.listen-address=127.0.0.1:" + std::to_string(target.port)};
  if (transport == Transport::kTls) {
    argv.push_back("--web.config.file=" + mtls::daemon::testing::write_tls_config(dir));
  }
  const ChildProcess process({.argv = argv});
  if (!eventually(std::chrono::seconds{10},
                  [&] { return scrape_at_once(target, 1).failed == 0; })) {
    throw std::runtime_error("node-exporter does not answer");
  }
  return measure_load(target, process.pid(), plan);
}

bool judge(const char* goal, bool met) {
  std::printf("%-60s %s\n", goal, met ? "met" : "NOT MET");
  return met;
}

bool judge_rest(const LoadFigures& ours, const LoadPlan& plan) {
  constexpr std::size_t kMostGrowthKib = 8192;
  bool met = judge("under load: max below 1 s", ours.loaded.quantile(1) < 1000);
  met &= judge("under load: at most 8 MiB more memory", ours.kib_grown() <= kMostGrowthKib);
  met &= judge("at once: all answered", ours.burst.milliseconds.size() == plan.burst);
  met &= judge("at once: the last within 0.5 s", ours.burst.quantile(1) < 500);
  return met;
}

bool judge_plain(const LoadFigures& ours, const LoadPlan& plan) {
  bool met = judge("under load: every scrape answered", ours.loaded.failed == 0);
  met &= judge("under load: p99 below 50 ms", ours.loaded.quantile(0.99) < 50);
  met &= judge("at once under load: all answered",
               ours.loaded_burst.milliseconds.size() == plan.burst);
  met &= judge("at once under load: within 0.5 s", ours.loaded_burst.quantile(1) < 500);
  return judge_rest(ours, plan) && met;
}

// A new connection costs a handshake, also for each connection of the flood: see docs/http.md.
bool judge_tls(const LoadFigures& ours, const LoadPlan& plan) {
  constexpr std::size_t kMostFailed = 2;
  const bool met =
      judge("under load: all but two scrapes answered", ours.loaded.failed <= kMostFailed);
  return judge_rest(ours, plan) && met;
}

}  // namespace

int main() try {
  allow_many_descriptors();
  const LoadPlan plan;
  const LoadPlan tls{.rude = mtls::daemon::testing::kRudeToTls, .burst = 100};
  std::vector<NamedFigures> servers{{"this exporter", measure_ours(plan)}};
  std::vector<NamedFigures> over_tls{{"this exporter over TLS", measure_ours_over_tls(tls)}};
  if (::access(kNodeExporter, X_OK) == 0) {
    servers.push_back({"node-exporter", measure_node_exporter(plan, Transport::kPlain)});
    over_tls.push_back({"node-exporter over TLS", measure_node_exporter(tls, Transport::kTls)});
  } else {
    std::printf("no %s to compare with\n", kNodeExporter);
  }
  std::printf("load: %zu idle, %zu dripping, %zu slow readers\n%s\n", plan.rude.idle,
              plan.rude.dripping, plan.rude.slow, load_table(servers).c_str());
  const bool met = judge_plain(servers.front().figures, plan);
  std::printf(
      "\nover TLS: %zu idle after the handshake, %zu stalled in it, %zu dripping, %zu slow\n%s\n",
      tls.rude.idle, tls.rude.stalled, tls.rude.dripping, tls.rude.slow,
      load_table(over_tls).c_str());
  return judge_tls(over_tls.front().figures, tls) && met ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
