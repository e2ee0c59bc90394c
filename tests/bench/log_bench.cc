// What following an error log costs: lines a second of CPU, of the kinds that nginx writes much of.
#include <benchmark/benchmark.h>

#include <fstream>
#include <memory>
#include <string>

#include "daemon/live/log_reader.h"
#include "tests/support/temp_dir.h"

namespace {

using mtls::daemon::live::LogReader;

constexpr int kLines = 100'000;  // what an nginx under attack may log in a second

const std::string kHead = "2026/11/30 23:51:27 [info] 6561#6561: *4711 ";
const std::string kRest =
    " while reading client request headers, client: 127.0.0.1, server: a.example, request: \"GET "
    "/some/path?with=arguments HTTP/1.1\", host: \"a.example\"\n";
const std::string kRefused =
    kHead + "client SSL certificate verify error: (10:certificate has expired)" + kRest;
const std::string kOther =
    kHead + "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number)" +
    kRest;

/// One more second of such lines each time.
void read_lines(benchmark::State& state, const std::string& one, const std::string& other) {
  const mtls::testing::TempDir dir;
  std::ofstream log(dir.path("log"));
  mtls::running::VerifyPlan plan{.logs = {dir.path("log")}};
  plan.blocks.push_back(
      {.label = "a.example", .names = {"a.example"}, .is_http = true, .asks = true, .logs = {0}});
  plan.reasons = std::vector<std::string>(101, "text");
  LogReader reader;
  reader.follow(std::make_shared<const mtls::running::VerifyPlan>(plan));
  reader.read({6561});
  std::string second;
  for (int i = 0; i < kLines; i += 2) second.append(one).append(other);
  for ([[maybe_unused]] auto iteration : state) {
    state.PauseTiming();
    log << second << std::flush;
    state.ResumeTiming();
    reader.read({});
  }
  state.SetItemsProcessed(state.iterations() * kLines);
  if (reader.logs().front().lines != static_cast<std::uint64_t>(state.iterations()) * kLines)
    state.SkipWithError("lines were lost");
}

void refusals(benchmark::State& state) { read_lines(state, kRefused, kRefused); }
void other_lines(benchmark::State& state) { read_lines(state, kOther, kOther); }
void both(benchmark::State& state) { read_lines(state, kRefused, kOther); }

BENCHMARK(refusals)->Iterations(10)->Unit(benchmark::kMillisecond);
BENCHMARK(other_lines)->Iterations(10)->Unit(benchmark::kMillisecond);
BENCHMARK(both)->Iterations(10)->Unit(benchmark::kMillisecond);

}  // namespace
