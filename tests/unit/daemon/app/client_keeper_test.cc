#include "daemon/app/client_keeper.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace mtls::daemon::app {
namespace {

using audit::observed::ClientTable;
using audit::observed::Instant;
using audit::observed::Observer;
using observed::ClientStore;
using running::ObservedClient;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{seconds{1'900'000'000}};
const running::ObservedServer kServer{.server = "a", .listen = "0.0.0.0:443"};

ObservedClient named(int number) {
  pki::Fingerprint fingerprint;
  fingerprint.bytes.fill(static_cast<unsigned char>(number));
  ObservedClient client;
  client.fingerprint = fingerprint.hex();
  client.issuer_key = "k";
  return client;
}

ObservedClient kept(int number, sys_seconds last, std::uint64_t connections = 1) {
  ObservedClient client = named(number);
  client.visits = {
      {.at = kServer, .first_seen = last, .last_seen = last, .connections = connections}};
  return client;
}

/// A keeper of a file, its observer, and the time.
struct Scene {
  explicit Scene(std::string its_path) : path(std::move(its_path)), keeper(path, limits) {}

  void come(int number) {
    const pki::Fingerprint fingerprint = audit::observed::fingerprint_in(named(number).fingerprint);
    const ClientTable::Visit visit{.at = kServer, .when = std::chrono::floor<seconds>(now)};
    if (observer.clients().find(fingerprint) != nullptr) {
      observer.clients().visit(fingerprint, visit);
    } else {
      observer.clients().add(named(number), visit);
    }
  }
  void look(seconds later) {
    now += later;
    keeper.restore(observer, true, now);
    observer.settle(now);
    keeper.save(observer, now);
  }
  std::uint64_t connections(int number) {
    const auto* client =
        observer.clients().find(audit::observed::fingerprint_in(named(number).fingerprint));
    return client == nullptr ? 0 : client->visits.front().connections;
  }

  ClientTable::Limits limits{.max_clients = 5, .window = days{30}};
  std::string path;
  Instant now{kNow};
  Observer observer{{.socket = "/run/x.sock", .limits = limits}, Instant{kNow}};
  ClientKeeper keeper;
};

std::vector<ObservedClient> in_file(const std::string& path) {
  auto store = ClientStore::open_existing(path);
  REQUIRE(store);
  auto clients = store->load();
  REQUIRE(clients);
  return *clients;
}

void write_file(const std::string& path, const std::vector<ObservedClient>& clients) {
  auto store = ClientStore::open(path, {});
  REQUIRE(store);
  REQUIRE(store->save(clients));
}

}  // namespace

TEST_CASE("client keeper: a file that cannot be opened is tried again, and nothing is forgotten") {
  const testing::TempDir dir;
  std::filesystem::create_directory(dir.path("away"));
  write_file(dir.path("away/clients.db"), {kept(1, kNow - days{1}, 7), kept(2, kNow - days{2})});
  Scene scene(dir.path("state/clients.db"));
  scene.look(seconds{0});
  scene.come(1);
  scene.come(3);
  scene.look(seconds{3});
  std::filesystem::rename(dir.path("away"), dir.path("state"));
  scene.look(seconds{3});
  CHECK(scene.observer.clients().size() == 2);  // not that soon
  scene.look(seconds{5});
  CHECK(scene.observer.clients().size() == 3);
  CHECK(scene.connections(1) == 8);
  scene.look(seconds{2});
  const auto file = in_file(scene.path);
  REQUIRE(file.size() == 3);
  CHECK(file[0].visits.front() == running::ObservedVisits{.at = kServer,
                                                          .first_seen = kNow - days{1},
                                                          .last_seen = kNow,
                                                          .connections = 8,
                                                          .last_code = 0});
  scene.come(1);
  scene.look(seconds{60});
  CHECK(in_file(scene.path)[0].visits.front().connections == 9);
}

TEST_CASE("client keeper: a full disk heals once it has room") {
  const testing::TempDir dir;
  const pid_t writer = ::fork();
  if (writer == 0) {
    std::signal(SIGXFSZ, SIG_IGN);  // writes fail with EFBIG
    Scene scene(dir.path("clients.db"));
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit before = limit;
    limit.rlim_cur = 100;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    scene.come(1);
    for (int i = 0; i < 30; ++i) scene.look(seconds{2});
    ::setrlimit(RLIMIT_FSIZE, &before);
    if (std::filesystem::file_size(scene.path) > 100) ::_exit(1);
    scene.come(2);
    for (int i = 0; i < 6; ++i) scene.look(seconds{2});
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(writer, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(in_file(dir.path("clients.db")).size() == 2);
}

TEST_CASE("client keeper: a file that another process locks is opened later") {
  const testing::TempDir dir;
  write_file(dir.path("clients.db"), {kept(1, kNow)});
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(dir.path("clients.db").c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE", nullptr, nullptr,
                       nullptr) == SQLITE_OK);
  Scene scene(dir.path("clients.db"));
  scene.come(2);
  scene.look(seconds{0});
  CHECK(scene.observer.clients().size() == 1);
  sqlite3_close(other);
  scene.look(seconds{10});
  CHECK(scene.observer.clients().size() == 2);
  scene.look(seconds{2});
  CHECK(in_file(scene.path).size() == 2);
}

TEST_CASE("client keeper: a file that is damaged while it is open is set aside, and begun anew") {
  const testing::TempDir dir;
  Scene scene(dir.path("clients.db"));
  scene.look(seconds{0});
  for (int number = 1; number <= 3; ++number) scene.come(number);
  scene.look(seconds{2});
  {
    auto other = ClientStore::open_existing(scene.path);  // moves the log into the file
    REQUIRE(other);
    REQUIRE(other->erase(named(3).fingerprint));
  }
  scene.look(seconds{2});
  const auto size = std::filesystem::file_size(scene.path);
  std::fstream(scene.path, std::ios::in | std::ios::out) << std::string(size, 'x');
  for (int i = 0; i < 12; ++i) {
    scene.come(1);
    scene.look(seconds{2});
  }
  CHECK(std::filesystem::exists(scene.path + ".set-aside"));
  CHECK(scene.connections(1) == 13);
  const auto file = in_file(scene.path);
  REQUIRE(file.size() == 2);
  CHECK(file[0].visits.front().connections == 13);
}

TEST_CASE("client keeper: who did not come within the window leaves the file and the table") {
  const testing::TempDir dir;
  write_file(dir.path("clients.db"), {kept(1, kNow - days{31}), kept(2, kNow - days{29})});
  Scene scene(dir.path("clients.db"));
  scene.look(seconds{0});
  CHECK(scene.observer.clients().size() == 1);
  CHECK(in_file(scene.path).size() == 1);
  // Another program wrote it, so that the table does not know it.
  write_file(scene.path, {kept(3, kNow - days{29})});
  scene.come(4);
  scene.look(days{2});
  scene.look(seconds{2});
  CHECK(scene.observer.clients().size() == 1);
  const auto file = in_file(scene.path);
  REQUIRE(file.size() == 1);
  CHECK(file[0].fingerprint == named(4).fingerprint);
}

TEST_CASE("client keeper: a clock that was set back stops nothing") {
  const testing::TempDir dir;
  Scene scene(dir.path("clients.db"));
  scene.look(seconds{0});
  scene.look(seconds{2});
  scene.come(1);
  scene.look(-days{1});
  CHECK(in_file(scene.path).size() == 1);
}

TEST_CASE("client keeper: a file with more clients than there is room for keeps those that fit") {
  const testing::TempDir dir;
  std::vector<ObservedClient> many;
  for (int number = 1; number <= 9; ++number) many.push_back(kept(number, kNow - days{number}));
  write_file(dir.path("clients.db"), many);
  Scene scene(dir.path("clients.db"));
  scene.look(seconds{0});
  scene.look(seconds{2});
  CHECK(scene.observer.clients().size() == 5);
  CHECK(in_file(scene.path).size() == 5);
}

TEST_CASE("client keeper: only an end in order says that nothing has escaped") {
  const testing::TempDir dir;
  const auto observed_since = [&](bool hears_all, bool ends_in_order) {
    Scene scene(dir.path("clients.db"));
    scene.now += days{1};
    scene.keeper.restore(scene.observer, hears_all, scene.now);
    const sys_seconds since = scene.observer.complete_since();
    if (ends_in_order) scene.keeper.close(scene.observer);
    return since;
  };
  // An observer of this test begins at kNow, and the file holds what one before it said.
  {
    Scene first(dir.path("clients.db"));
    first.observer = Observer({.socket = "", .limits = {}}, Instant{kNow - days{9}});
    first.look(seconds{1});
    first.keeper.close(first.observer);
  }
  CHECK(observed_since(true, true) == kNow - days{9});
  CHECK(observed_since(true, false) == kNow - days{9});
  CHECK(observed_since(true, true) == kNow);  // the one before was killed
  CHECK(observed_since(false, true) == kNow);
}

}  // namespace mtls::daemon::app
