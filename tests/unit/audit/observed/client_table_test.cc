#include "audit/observed/client_table.h"

#include <catch2/catch.hpp>

#include <string>

namespace mtls::audit::observed {
namespace {

using running::ObservedClient;
using running::ObservedServer;

const ObservedServer kA{.server = "a", .listen = "0.0.0.0:443"};
const ObservedServer kB{.server = "b", .listen = "0.0.0.0:443"};

std::chrono::sys_seconds day(int number) {
  return std::chrono::sys_seconds{std::chrono::days{20'000 + number}};
}

/// The `number`-th of all clients.
ObservedClient client(int number, const std::string& key = "k") {
  ObservedClient client;
  pki::Fingerprint fingerprint;
  fingerprint.bytes.fill(static_cast<unsigned char>(number));
  client.fingerprint = fingerprint.hex();
  client.issuer_key = key;
  return client;
}

pki::Fingerprint of(int number) { return fingerprint_in(client(number).fingerprint); }

ClientTable table(std::size_t most = 100) {
  return ClientTable({.max_clients = most, .window = std::chrono::days{30}});
}

}  // namespace

TEST_CASE("client table: a client's visits are kept by server block") {
  ClientTable clients = table();
  CHECK(clients.add(client(1), {.at = kB, .when = day(2), .code = 10}));
  clients.visit(of(1), {.at = kA, .when = day(3)});
  clients.visit(of(1), {.at = kA, .when = day(5)});
  clients.visit(of(1), {.at = kA, .when = day(4), .code = 23});  // told late
  const ObservedClient* known = clients.find(of(1));
  REQUIRE(known != nullptr);
  REQUIRE(known->visits.size() == 2);
  CHECK(known->visits[0] ==
        running::ObservedVisits{
            .at = kA, .first_seen = day(3), .last_seen = day(5), .connections = 3, .last_code = 0});
  CHECK(known->visits[1].last_code == 10);
  CHECK(clients.find(of(2)) == nullptr);
}

TEST_CASE("client table: distinct clients are counted by server block and CA") {
  ClientTable clients = table();
  clients.add(client(1), {.at = kA, .when = day(1)});
  clients.add(client(2), {.at = kA, .when = day(1)});
  clients.add(client(3, "other"), {.at = kA, .when = day(1)});
  clients.visit(of(1), {.at = kA, .when = day(2)});
  clients.visit(of(1), {.at = kB, .when = day(2)});
  CHECK(clients.distinct() ==
        ClientTable::Distinct{{kA, {{"k", 2}, {"other", 1}}}, {kB, {{"k", 1}}}});
  clients.set_issuer_key(of(3), "k");
  CHECK(clients.distinct().at(kA) == std::map<std::string, std::size_t>{{"k", 3}});
  clients.erase(of(1));
  CHECK(clients.distinct() == ClientTable::Distinct{{kA, {{"k", 2}}}});
}

TEST_CASE("client table: what is older than the window ends, visit by visit") {
  ClientTable clients = table();
  clients.add(client(1), {.at = kA, .when = day(0)});
  clients.visit(of(1), {.at = kB, .when = day(10)});
  clients.add(client(2), {.at = kA, .when = day(1)});
  clients.take_changed();
  clients.forget_before_window(day(30));
  CHECK(clients.find(of(1))->visits.size() == 2);
  clients.forget_before_window(day(31));
  CHECK(clients.find(of(1))->visits.size() == 1);
  CHECK(clients.find(of(2)) != nullptr);
  clients.forget_before_window(day(32));
  CHECK(clients.find(of(2)) == nullptr);
  CHECK(clients.distinct() == ClientTable::Distinct{{kB, {{"k", 1}}}});
  CHECK(clients.take_gone() == std::vector<std::string>{client(2).fingerprint});
  CHECK(clients.take_changed().size() == 1);
  CHECK(clients.take_changed().empty());
}

TEST_CASE("client table: strangers do not drive out clients") {
  ClientTable clients = table(3);
  clients.add(client(1), {.at = kA, .when = day(1)});
  clients.add(client(2), {.at = kA, .when = day(1), .code = 20});
  clients.add(client(3), {.at = kA, .when = day(1), .code = 20});
  CHECK_FALSE(clients.add(client(4), {.at = kA, .when = day(2), .code = 20}));
  CHECK(clients.add(client(5), {.at = kA, .when = day(2)}));
  CHECK(clients.add(client(6), {.at = kA, .when = day(2)}));
  CHECK_FALSE(clients.add(client(7), {.at = kA, .when = day(2)}));
  CHECK(clients.without_place() == 2);
  CHECK(clients.size() == 3);
  for (const int number : {1, 5, 6}) CHECK(clients.find(of(number)) != nullptr);
  CHECK(clients.take_gone().size() == 2);
}

TEST_CASE("client table: what was kept before is known again") {
  ClientTable before = table();
  before.add(client(1), {.at = kA, .when = day(1)});
  before.add(client(2, "other"), {.at = kB, .when = day(2), .code = 20});
  ClientTable after = table();
  after.load(before.take_changed());
  CHECK(after.distinct() == before.distinct());
  CHECK(after.take_changed().empty());
  CHECK(*after.find(of(2)) == *before.find(of(2)));
}

TEST_CASE("client table: what was kept before is added to clients that have come already") {
  ClientTable before = table();
  before.add(client(1), {.at = kA, .when = day(1)});
  before.visit(of(1), {.at = kB, .when = day(2)});
  before.add(client(2), {.at = kA, .when = day(5), .code = 10});
  ClientTable after = table(2);
  after.add(client(1, "other"), {.at = kA, .when = day(3), .code = 20});
  after.add(client(2), {.at = kA, .when = day(4)});
  after.take_changed();
  std::vector<ObservedClient> kept = before.take_changed();
  kept.push_back(client(3));
  kept.back().visits = kept.front().visits;
  after.load(std::move(kept));
  const ObservedClient one = *after.find(of(1));
  CHECK(one.issuer_key == "k");
  REQUIRE(one.visits.size() == 2);
  CHECK(
      one.visits[0] ==
      running::ObservedVisits{
          .at = kA, .first_seen = day(1), .last_seen = day(3), .connections = 2, .last_code = 20});
  CHECK(one.visits[1].last_seen == day(2));
  CHECK(after.find(of(2))->visits[0].last_code == 10);
  CHECK(after.distinct() == ClientTable::Distinct{{kA, {{"k", 2}}}, {kB, {{"k", 1}}}});
  CHECK(after.take_changed().size() == 2);
  CHECK(after.find(of(3)) == nullptr);  // no room
  CHECK(after.take_gone() == std::vector<std::string>{client(3).fingerprint});
}

TEST_CASE("client table: what could not be kept is given again") {
  ClientTable clients = table();
  clients.add(client(1), {.at = kA, .when = day(1)});
  clients.add(client(2), {.at = kA, .when = day(1)});
  clients.erase(of(2));
  const auto changed = clients.take_changed();
  const auto gone = clients.take_gone();
  CHECK(changed.size() == 1);
  CHECK(gone.size() == 1);
  clients.put_back(changed, gone);
  CHECK(clients.take_changed() == changed);
  CHECK(clients.take_gone() == gone);
  clients.clear();
  CHECK(clients.size() == 0);
  CHECK(clients.distinct().empty());
}

}  // namespace mtls::audit::observed
