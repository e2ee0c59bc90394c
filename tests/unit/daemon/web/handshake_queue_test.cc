#include "daemon/web/handshake_queue.h"

#include <catch2/catch.hpp>
#include <functional>
#include <utility>
#include <vector>

using mtls::daemon::web::HandshakeQueue;

namespace {

// A loop that runs one posted task at a time, when a test says so.
struct Loop {
  std::vector<std::function<void()>> posted;
  std::vector<std::function<void()>> delayed;
  bool has_room = true;
  HandshakeQueue handshakes{
      {.post = [this](auto task) { posted.push_back(std::move(task)); },
       .post_later = [this](auto task) { delayed.push_back(std::move(task)); },
       .has_room = [this] { return has_room; }}};

  void turn() {
    for (const auto& task : std::exchange(posted, {})) task();
  }
};

}  // namespace

TEST_CASE("N12: handshake queue: the newest handshake comes first, one in each turn of the loop") {
  Loop loop;
  std::vector<int> opened;
  for (int i = 0; i < 3; ++i) loop.handshakes.add([&opened, i] { opened.push_back(i); });
  CHECK(loop.posted.size() == 1);
  loop.turn();
  CHECK(opened == std::vector{2});
  loop.handshakes.add([&opened] { opened.push_back(3); });
  for (int i = 0; i < 3; ++i) loop.turn();
  CHECK(opened == std::vector{2, 3, 1, 0});
  CHECK(loop.posted.empty());
}

TEST_CASE("N12: handshake queue: when it is full the oldest handshakes are dropped") {
  Loop loop;
  std::size_t opened = 0;
  bool oldest = false;
  loop.handshakes.add([&oldest] { oldest = true; });
  for (std::size_t i = 0; i < HandshakeQueue::kMost; ++i)
    loop.handshakes.add([&opened] { ++opened; });
  while (!loop.posted.empty()) loop.turn();
  CHECK(opened == HandshakeQueue::kMost);
  CHECK_FALSE(oldest);
}

TEST_CASE("N12: handshake queue: without room all wait, and a new one is next") {
  Loop loop;
  std::vector<int> opened;
  loop.has_room = false;
  loop.handshakes.add([&opened] { opened.push_back(0); });
  loop.turn();
  loop.handshakes.add([&opened] { opened.push_back(1); });
  CHECK(loop.posted.empty());
  REQUIRE(loop.delayed.size() == 1);
  loop.has_room = true;
  loop.delayed.front()();
  loop.turn();
  CHECK(opened == std::vector{1, 0});
}
