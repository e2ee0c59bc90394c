#include "daemon/web/connections.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace mtls::daemon;
using namespace std::chrono_literals;

namespace {

class FakeConnection final : public Connection {
 public:
  FakeConnection(Connections& all, Connections::Clock::time_point now)
      : all_(all), place_(all.add(*this, now)) {}
  void close() override {
    all_.remove(place_);
    closed = true;
  }
  void enter(Phase phase, Connections::Clock::time_point now) { all_.enter(place_, phase, now); }
  bool closed = false;

 private:
  Connections& all_;
  Connections::Place place_;
};

const Connections::Clock::time_point kStart{};

}  // namespace

TEST_CASE("connections: below the limit nobody is evicted, however long it waits") {
  Connections all(2, 20ms);
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart);
  all.evict(kStart + 24h);
  CHECK_FALSE(a.closed);
  CHECK_FALSE(b.closed);
}

TEST_CASE("connections: the one whose last progress is longest ago is evicted first") {
  Connections all(1, 20ms);
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart + 10ms);
  a.enter(Connection::Phase::kWaiting, kStart + 20ms);  // answered once more
  all.evict(kStart + 1s);
  CHECK(b.closed);
  CHECK_FALSE(a.closed);
}

TEST_CASE("connections: a reader that does not read is evicted like one that does not ask") {
  Connections all(1, 20ms);
  FakeConnection a(all, kStart);
  a.enter(Connection::Phase::kAnswering, kStart);
  FakeConnection b(all, kStart + 10ms);
  all.evict(kStart + 1s);
  CHECK(a.closed);
  CHECK_FALSE(b.closed);
}

TEST_CASE("connections: nobody younger than the grace is evicted, the excess goes later") {
  Connections all(1, 20ms);
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart);
  FakeConnection c(all, kStart + 15ms);
  all.evict(kStart + 19ms);
  CHECK_FALSE(a.closed);
  all.evict(kStart + 20ms);
  CHECK(a.closed);
  CHECK(b.closed);
  CHECK_FALSE(c.closed);
}

TEST_CASE("connections: stopping closes those that wait and lets answers under way finish") {
  Connections all(9, 20ms);
  FakeConnection waiting(all, kStart);
  FakeConnection answering(all, kStart);
  FakeConnection waiting_too(all, kStart);
  answering.enter(Connection::Phase::kAnswering, kStart);
  CHECK_FALSE(all.stopping());
  all.stop();
  CHECK(all.stopping());
  CHECK(waiting.closed);
  CHECK(waiting_too.closed);
  CHECK_FALSE(answering.closed);
}
