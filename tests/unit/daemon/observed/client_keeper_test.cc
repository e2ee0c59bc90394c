#include "daemon/observed/client_keeper.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace mtls::daemon {
namespace {

using observed::ClientKeeper;
using running::ObservedClient;
using std::chrono::days;
using std::chrono::seconds;

constexpr std::chrono::sys_seconds kWall{seconds{1'800'000'000}};
const ClientKeeper::Instant kStart{};

ObservedClient client(char digit, std::chrono::sys_seconds last = kWall) {
  return {.fingerprint = std::string(64, digit),
          .issuer_key = "other",
          .serial = "01",
          .not_before = kWall,
          .not_after = kWall + days{90},
          .key_kind = "ED25519",
          .signature_kind = "ED25519",
          .visits = {{.at = {.server = "a", .listen = "0.0.0.0:443"},
                      .first_seen = last,
                      .last_seen = last,
                      .connections = 1}},
          .certificate = {}};
}

std::vector<std::string> kept(const std::string& path) {
  auto store = observed::ClientStore::open_existing(path);
  if (!store) return {"none"};
  std::vector<std::string> digits;
  const std::vector<ObservedClient> clients = store->load().value();
  for (const ObservedClient& one : clients) digits.push_back(one.fingerprint.substr(0, 1));
  return digits;
}

using Digits = std::vector<std::string>;

}  // namespace

TEST_CASE("client keeper: saves every 5 s, and ends what the window has left") {
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  ClientKeeper keeper({.path = path, .limits = {}});
  CHECK(keeper.load().empty());
  CHECK(keeper.since());
  CHECK(keeper.is_due(kStart));
  CHECK(keeper.save({client('1'), client('2', kWall - days{31})}, {}, kWall, kStart).empty());
  CHECK(kept(path) == Digits{"1"});
  CHECK_FALSE(keeper.is_due(kStart + seconds{4}));
  CHECK(keeper.is_due(kStart + seconds{5}));
  keeper.save({client('3')}, {client('1').fingerprint}, kWall, kStart + seconds{5});
  CHECK(kept(path) == Digits{"3"});
  REQUIRE(observed::ClientStore::open_existing(path)->erase(client('3').fingerprint));
  CHECK(keeper.save({client('3'), client('4')}, {}, kWall, kStart + seconds{10}) ==
        std::vector<std::string>{client('3').fingerprint});
  CHECK(kept(path) == Digits{"4"});
  CHECK(keeper.take_news().empty());
  CHECK(ClientKeeper({.path = path, .limits = {}}).load() == std::vector{client('4')});
}

TEST_CASE("client keeper: what could not be saved is saved later, and both are told once") {
  const testing::TempDir dir;
  const std::string path = dir.path("state/clients.db");
  ClientKeeper keeper({.path = path, .limits = {}});
  CHECK(keeper.load().empty());
  CHECK_THAT(keeper.take_news(), Catch::Contains("cannot be saved: ") && Catch::Contains(path));
  keeper.save({client('1'), client('2')}, {}, kWall, kStart);
  keeper.save({client('3')}, {client('2').fingerprint}, kWall, kStart + seconds{5});
  CHECK(keeper.take_news().empty());
  CHECK(keeper.pending() == 2);
  std::filesystem::create_directory(dir.path("state"));
  keeper.save({}, {}, kWall, kStart + seconds{10});
  CHECK(keeper.take_news() == "the clients that came are saved again");
  CHECK(keeper.pending() == 0);
  CHECK(kept(path) == Digits{"1", "3"});
}

}  // namespace mtls::daemon
