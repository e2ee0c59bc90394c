#include "daemon/system/mount_threads.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "tests/support/child_process.h"

namespace mtls::daemon {
namespace {

using namespace std::chrono_literals;

TEST_CASE("F11: a stuck mount takes no more work until it moves, and the others do not notice") {
  system::MountThreads threads(100ms);
  std::promise<void> release;
  const std::shared_future<void> released(release.get_future());
  CHECK(threads.run("a", [] {}));
  CHECK_FALSE(threads.run("a", [released] { released.wait(); }));
  const auto begin = std::chrono::steady_clock::now();
  const auto ran = std::make_shared<std::atomic<bool>>(false);
  CHECK_FALSE(threads.run("a", [ran] { *ran = true; }));
  CHECK(std::chrono::steady_clock::now() - begin < 50ms);  // no second wait
  CHECK(threads.run("b", [] {}));
  release.set_value();
  CHECK(mtls::testing::eventually(10s, [&] { return threads.run("a", [] {}); }));
  CHECK_FALSE(*ran);  // what was refused does not run later
}

TEST_CASE(
    "F11: callers waiting behind stuck work are released with it, and their work is dropped") {
  system::MountThreads threads(200ms);
  std::promise<void> release;
  const std::shared_future<void> released(release.get_future());
  auto first = std::async(std::launch::async,
                          [&] { return threads.run("a", [released] { released.wait(); }); });
  const auto ran = std::make_shared<std::atomic<int>>(0);
  std::vector<std::future<bool>> behind;
  for (int i = 0; i < 4; ++i) {
    behind.push_back(
        std::async(std::launch::async, [&] { return threads.run("a", [ran] { ++*ran; }); }));
  }
  std::vector<bool> done{first.get()};
  for (auto& one : behind) done.push_back(one.get());
  release.set_value();
  CHECK(mtls::testing::eventually(10s, [&] { return threads.run("a", [] {}); }));
  // Those that overtook the first are done, all others never run.
  CHECK(std::count(done.begin(), done.end(), true) == *ran);
  CHECK_FALSE(done.front());
}

}  // namespace
}  // namespace mtls::daemon
