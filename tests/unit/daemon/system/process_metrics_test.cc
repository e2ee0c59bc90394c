#include "daemon/system/process_metrics.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

#include "daemon/system/file_descriptor.h"

using namespace mtls;
using mtls::daemon::system::FileDescriptor;
using mtls::daemon::system::parse_process_stat;
using mtls::daemon::system::ProcessMetrics;
using mtls::daemon::system::ProcessStat;
using mtls::daemon::system::read_process_metrics;

namespace {

ProcessMetrics now() {
  const auto metrics = read_process_metrics();
  REQUIRE(metrics);
  return *metrics;
}

}  // namespace

TEST_CASE("process stat: fields are counted from the last parenthesis, proc(5)") {
  const ProcessStat expected{.cpu_ticks = 1700,
                             .threads = 4,
                             .start_ticks = 777,
                             .virtual_memory_bytes = 1048576,
                             .resident_pages = 256};
  const std::string after =
      " S 1 2 3 4 5 6 7 8 9 10 1500 200 11 12 20 0 4 0 777 1048576 256 18446744073709551615 1\n";
  CHECK(parse_process_stat("42 (web)" + after) == expected);
  CHECK(parse_process_stat("42 (a b) S 9 (c)" + after) == expected);
}

TEST_CASE("process stat: a short or empty text is an error") {
  for (const char* text : {"", "42 (web)", "42 web S 1 2", "42 (web) S 1 2 3 4 5 6 7 8 9 10 1 2"}) {
    CAPTURE(text);
    const auto stat = parse_process_stat(text);
    REQUIRE_FALSE(stat);
    CHECK(stat.error().code == base::ErrorCode::kParse);
  }
}

TEST_CASE("process metrics: descriptors and threads are counted") {
  const ProcessMetrics before = now();
  std::vector<FileDescriptor> more;
  for (int i = 0; i < 5; ++i) more.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(now().open_fds == before.open_fds + 5);
  double threads = 0;
  std::thread([&] { threads = now().threads; }).join();
  CHECK(threads == before.threads + 1);
}

TEST_CASE("process metrics: limits are the soft ones, or -1 without a limit") {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  CHECK(now().max_fds == static_cast<double>(files.rlim_cur));
  rlimit memory{};
  ::getrlimit(RLIMIT_AS, &memory);
  CHECK(now().virtual_memory_max_bytes ==
        (memory.rlim_cur == RLIM_INFINITY ? -1 : static_cast<double>(memory.rlim_cur)));
}

TEST_CASE("process metrics: CPU time grows with computing") {
  const ProcessMetrics before = now();
  const std::clock_t until = std::clock() + CLOCKS_PER_SEC / 10;
  while (std::clock() < until) {
  }
  const double spent = now().cpu_seconds - before.cpu_seconds;
  CHECK(spent >= 0.05);
  CHECK(spent < 10);
}

TEST_CASE("process metrics: memory in use is counted, and resident is within virtual") {
  const ProcessMetrics before = now();
  std::vector<char> touched(std::size_t{64} << 20U, 'x');
  const ProcessMetrics after = now();
  CHECK(after.resident_memory_bytes >= before.resident_memory_bytes + (48 << 20));
  CHECK(after.resident_memory_bytes <= after.virtual_memory_bytes);
  CHECK(touched.back() == 'x');
}

TEST_CASE("process metrics: the start time is a moment ago and does not move") {
  const double start = now().start_time_seconds;
  const double clock = static_cast<double>(std::time(nullptr));
  CHECK(start <= clock + 1);
  CHECK(start > clock - 3600);
  CHECK(now().start_time_seconds == start);
}
