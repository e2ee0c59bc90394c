// The HTTP front under load, its figures beside prometheus-node-exporter's in the same run. Ends in
// 0 when ours meet their goals.
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "tests/daemon/load_scene.h"
#include "tests/daemon/test_site.h"
#include "tests/support/load_figures.h"

namespace {

using namespace mtls::testing;
using mtls::daemon::testing::Exporter;

constexpr const char* kNodeExporter = "/usr/bin/prometheus-node-exporter";

LoadFigures measure_ours(const LoadPlan& plan) {
  const TempDir dir;
  mtls::daemon::testing::write_large_tree(dir);
  Exporter exporter(dir);
  mtls::daemon::testing::await_calm(exporter);
  return measure_load(exporter.port(), exporter.process().pid(), plan);
}

LoadFigures measure_node_exporter(const LoadPlan& plan) {
  const std::uint16_t port = free_port();
  const ChildProcess process(
      {.argv = {kNodeExporter, "--web.listen-address=127.0.0.1:" + std::to_string(port)}});
  if (!eventually(std::chrono::seconds{10}, [&] { return get(port, "/metrics").status == 200; })) {
    throw std::runtime_error("node-exporter does not answer");
  }
  return measure_load(port, process.pid(), plan);
}

bool judge(const char* goal, bool met) {
  std::printf("%-60s %s\n", goal, met ? "met" : "NOT MET");
  return met;
}

bool judge_all(const LoadFigures& ours) {
  constexpr std::size_t kMostGrowthKib = 8192;
  bool met = judge("under load: every scrape answered", ours.loaded.failed == 0);
  met &= judge("under load: p99 below 50 ms", ours.loaded.quantile(0.99) < 50);
  met &= judge("under load: max below 1 s", ours.loaded.quantile(1) < 1000);
  met &= judge("under load: at most 8 MiB more memory", ours.kib_grown() <= kMostGrowthKib);
  for (const Scrapes* burst : {&ours.burst, &ours.loaded_burst}) {
    met &= judge("1,000 at once: all answered", burst->milliseconds.size() == 1000);
    met &= judge("1,000 at once: the last within 0.5 s", burst->quantile(1) < 500);
  }
  return met;
}

}  // namespace

int main() try {
  allow_many_descriptors();
  const LoadPlan plan;
  std::vector<NamedFigures> servers{{"this exporter", measure_ours(plan)}};
  if (::access(kNodeExporter, X_OK) == 0) {
    servers.push_back({"node-exporter", measure_node_exporter(plan)});
  } else {
    std::printf("no %s to compare with\n", kNodeExporter);
  }
  std::printf("load: %zu idle, %zu dripping, %zu slow readers\n%s\n", plan.rude.idle,
              plan.rude.dripping, plan.rude.slow, load_table(servers).c_str());
  return judge_all(servers.front().figures) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
