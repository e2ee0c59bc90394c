#include "daemon/web/connections.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace mtls::daemon;
using namespace std::chrono_literals;

namespace {

class FakeConnection final : public web::Connection {
 public:
  FakeConnection(web::Connections& all, web::Connections::Clock::time_point now,
                 std::string peer = "p")
      : all_(all), slot_(all.add(*this, std::move(peer), now)) {}
  void close() override {
    all_.remove(slot_);
    closed = true;
  }
  void enter(Phase phase, web::Connections::Clock::time_point now) {
    all_.enter(slot_, phase, now);
  }
  bool closed = false;

 private:
  web::Connections& all_;
  web::Connections::Slot slot_;
};

const web::Connections::Clock::time_point kStart{};

}  // namespace

TEST_CASE("connections: below the limit none is evicted, however long it waits") {
  web::Connections all({.all = 2, .per_peer = 99, .grace = 20ms});
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart);
  all.evict(kStart + 24h);
  CHECK_FALSE(a.closed);
  CHECK_FALSE(b.closed);
}

TEST_CASE("connections: the one whose last progress is longest ago is evicted first") {
  web::Connections all({.all = 1, .per_peer = 99, .grace = 20ms});
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart + 10ms);
  a.enter(web::Connection::Phase::kWaiting, kStart + 20ms);  // answered once more
  all.evict(kStart + 1s);
  CHECK(b.closed);
  CHECK_FALSE(a.closed);
}

TEST_CASE("connections: a reader that does not read is evicted like one that does not ask") {
  web::Connections all({.all = 1, .per_peer = 99, .grace = 20ms});
  FakeConnection a(all, kStart);
  a.enter(web::Connection::Phase::kAnswering, kStart);
  FakeConnection b(all, kStart + 10ms);
  all.evict(kStart + 1s);
  CHECK(a.closed);
  CHECK_FALSE(b.closed);
}

TEST_CASE("connections: none younger than the grace is evicted; the excess is evicted later") {
  web::Connections all({.all = 1, .per_peer = 99, .grace = 20ms});
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

TEST_CASE(
    "N6: connections: in a crowd fresh ones are evicted too, the longest waiting first, but no "
    "answers") {
  web::Connections all({.all = 1, .per_peer = 1, .grace = 20ms, .crowd = 3});
  FakeConnection answering(all, kStart);
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart + 1ms);
  answering.enter(web::Connection::Phase::kAnswering, kStart);
  all.evict(kStart + 2ms);
  CHECK_FALSE(a.closed);  // three are no crowd
  FakeConnection c(all, kStart + 2ms);
  all.evict(kStart + 2ms);
  CHECK(a.closed);
  CHECK_FALSE((answering.closed || b.closed || c.closed));
}

TEST_CASE(
    "N6: connections: if every connection of a crowd is being answered, none is evicted early") {
  web::Connections all({.all = 1, .per_peer = 99, .grace = 20ms, .crowd = 1});
  FakeConnection a(all, kStart);
  FakeConnection b(all, kStart);
  for (FakeConnection* one : {&a, &b}) one->enter(web::Connection::Phase::kAnswering, kStart);
  all.evict(kStart + 19ms);
  CHECK_FALSE((a.closed || b.closed));
  all.evict(kStart + 20ms);
  CHECK(a.closed);
  CHECK_FALSE(b.closed);
}

TEST_CASE("connections: stopping closes those that wait and lets answers under way finish") {
  web::Connections all({.all = 9, .per_peer = 99, .grace = 20ms});
  FakeConnection waiting(all, kStart);
  FakeConnection answering(all, kStart);
  FakeConnection waiting_too(all, kStart);
  answering.enter(web::Connection::Phase::kAnswering, kStart);
  CHECK_FALSE(all.stopping());
  CHECK_FALSE(all.stop(kStart + 100ms));
  CHECK(all.stopping());
  CHECK(waiting.closed);
  CHECK(waiting_too.closed);
  CHECK_FALSE(answering.closed);
}

TEST_CASE("connections: stopping leaves those that have just come time for their request") {
  web::Connections all({.all = 9, .per_peer = 99, .grace = 20ms});
  FakeConnection idle(all, kStart);
  FakeConnection kept(all, kStart);
  FakeConnection fresh(all, kStart + 90ms);
  kept.enter(web::Connection::Phase::kWaiting, kStart + 90ms);  // it has had an answer
  CHECK(all.stop(kStart + 100ms));
  CHECK(idle.closed);
  CHECK(kept.closed);
  CHECK_FALSE(fresh.closed);
  CHECK_FALSE(all.stop(kStart + 190ms));
  CHECK(fresh.closed);
}

TEST_CASE("connections: a client beyond its limit loses its own, even if others wait longer") {
  web::Connections all({.all = 99, .per_peer = 2, .grace = 20ms});
  FakeConnection patient(all, kStart, "honest");
  FakeConnection first(all, kStart + 1ms, "greedy");
  FakeConnection second(all, kStart + 2ms, "greedy");
  FakeConnection third(all, kStart + 3ms, "greedy");
  all.evict(kStart + 20ms);
  CHECK_FALSE(first.closed);  // younger than the grace
  FakeConnection fourth(all, kStart + 1s, "greedy");
  all.evict(kStart + 1s);
  CHECK(first.closed);
  CHECK(second.closed);
  CHECK_FALSE(third.closed);
  CHECK_FALSE(fourth.closed);
  CHECK_FALSE(patient.closed);
}

TEST_CASE("connections: a client without an address has no limit of its own") {
  web::Connections all({.all = 99, .per_peer = 1, .grace = 0ms});
  FakeConnection first(all, kStart, "");
  FakeConnection second(all, kStart, "");
  all.evict(kStart + 1s);
  CHECK_FALSE(first.closed);
  CHECK_FALSE(second.closed);
}

TEST_CASE(
    "connections: the longest waiting one can be evicted below every limit, unless it is fresh") {
  web::Connections all({.all = 99, .per_peer = 99, .grace = 20ms});
  CHECK_FALSE(all.evict_one(kStart));
  FakeConnection first(all, kStart);
  FakeConnection second(all, kStart + 1ms);
  CHECK_FALSE(all.evict_one(kStart + 19ms));
  CHECK(all.evict_one(kStart + 20ms));
  CHECK(first.closed);
  CHECK_FALSE(second.closed);
}

TEST_CASE("connections: answers under way are counted") {
  web::Connections all({.all = 99, .per_peer = 99, .grace = 20ms});
  FakeConnection first(all, kStart);
  FakeConnection second(all, kStart);
  first.enter(web::Connection::Phase::kAnswering, kStart);
  second.enter(web::Connection::Phase::kAnswering, kStart);
  first.enter(web::Connection::Phase::kWaiting, kStart);
  CHECK(all.answering() == 1);
  second.close();
  CHECK(all.answering() == 0);
}

TEST_CASE(
    "N12: of too many handshakes the longest waiting one is closed, even if others wait longer") {
  web::Connections all({.all = 99, .per_peer = 99, .grace = 20ms, .handshakes = 2});
  FakeConnection open(all, kStart);
  open.enter(web::Connection::Phase::kWaiting, kStart);
  FakeConnection oldest(all, kStart + 1ms);
  FakeConnection older(all, kStart + 2ms);
  FakeConnection newest(all, kStart + 3ms);
  for (FakeConnection* one : {&oldest, &older, &newest}) {
    one->enter(web::Connection::Phase::kHandshake, kStart + 3ms);
  }
  all.evict(kStart + 10ms);
  CHECK_FALSE(oldest.closed);  // all are fresh
  all.evict(kStart + 1s);
  CHECK(oldest.closed);
  CHECK_FALSE((open.closed || older.closed || newest.closed));
}

TEST_CASE(
    "N12: of too many connections with TLS memory the longest waiting one is closed, however "
    "young") {
  web::Connections all({.all = 99, .per_peer = 99, .grace = 20ms, .begun = 2});
  FakeConnection silent(all, kStart);
  FakeConnection first(all, kStart);
  FakeConnection second(all, kStart);
  FakeConnection third(all, kStart);
  for (FakeConnection* one : {&first, &second, &third}) {
    one->enter(web::Connection::Phase::kHandshake, kStart + 1ms);
  }
  all.evict(kStart + 1ms);
  CHECK(first.closed);
  CHECK_FALSE((silent.closed || second.closed || third.closed));
}

TEST_CASE("N12: there is room for a handshake once the longest one under way has had its grace") {
  web::Connections all(
      {.all = 99, .per_peer = 99, .grace = 1s, .begun = 1, .handshake_grace = 20ms});
  CHECK(all.has_room_for_handshake(kStart));
  FakeConnection silent(all, kStart);
  FakeConnection begun(all, kStart);
  begun.enter(web::Connection::Phase::kHandshake, kStart);
  CHECK_FALSE(all.has_room_for_handshake(kStart + 19ms));
  CHECK(all.has_room_for_handshake(kStart + 20ms));
}
