#include "daemon/observed/client_store.h"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace mtls::daemon {
namespace {

using observed::ClientStore;
using running::ObservedClient;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{seconds{1'800'000'000}};

std::string fingerprint(int number) {
  std::string digits = std::to_string(number);
  return std::string(64 - digits.size(), '0') + digits;
}

ObservedClient client(int number, std::uint64_t connections = 1, sys_seconds last = kNow) {
  return {.fingerprint = fingerprint(number),
          .issuer_key = "0123456789abcdef",
          .serial = "-0a",
          .not_before = kNow - seconds{5},
          .not_after = kNow + seconds{7},
          .may_be_client = number % 2 == 0,
          .key_kind = "EC prime256v1",
          .signature_kind = "ecdsa-with-SHA256",
          .visits = {{.at = {.server = "a.test", .listen = "443"},
                      .first_seen = kNow - seconds{9},
                      .last_seen = last,
                      .connections = connections,
                      .last_code = 10},
                     {.at = {.server = "b.test", .listen = "443"},
                      .first_seen = kNow - seconds{8},
                      .last_seen = last - seconds{1},
                      .connections = connections,
                      .last_code = -1}},
          .certificate = number % 3 == 0 ? std::vector<std::uint8_t>{0x30, 0x00, 0xff}
                                         : std::vector<std::uint8_t>{}};
}

ClientStore opened(const std::string& path, std::size_t most = 1000) {
  auto store = ClientStore::open(path, {.max_clients = most});
  if (!store) FAIL(store.error().message);
  return std::move(*store);
}

std::vector<ObservedClient> loaded(ClientStore& store) {
  auto clients = store.load();
  if (!clients) FAIL(clients.error().message);
  return *clients;
}

void save(ClientStore& store, const std::vector<ObservedClient>& clients) {
  const auto saved = store.save(clients);
  if (!saved) FAIL(saved.error().message);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string all_bytes(const std::string& path) {
  return bytes_of(path) + bytes_of(path + "-wal") + bytes_of(path + "-shm");
}

// The connections of the batch that the file holds; each batch writes all its clients alike.
std::uint64_t whole_batch(const std::string& path, int clients_in_batch) {
  ClientStore store = opened(path);
  const std::vector<ObservedClient> clients = loaded(store);
  if (clients.empty()) return 0;
  CHECK(clients.size() == static_cast<std::size_t>(clients_in_batch));
  for (const ObservedClient& one : clients)
    CHECK(one.visits.front().connections == clients.front().visits.front().connections);
  return clients.front().visits.front().connections;
}

constexpr int kInBatch = 7;

// Saves batch after batch, and tells each that is saved through `told`.
[[noreturn]] void write_for_ever(const std::string& path, int told) {
  auto store = ClientStore::open(path, {});
  for (std::uint64_t batch = 1; store; ++batch) {
    std::vector<ObservedClient> clients;
    for (int i = 0; i < kInBatch; ++i) clients.push_back(client(i, batch));
    if (!store->save(clients)) break;
    if (::write(told, &batch, sizeof batch) != sizeof batch) break;
  }
  ::_exit(1);
}

}  // namespace

TEST_CASE("client store: what was saved is there again, in mode 0600, and the last state counts") {
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  {
    ClientStore store = opened(path);
    CHECK(store.set_aside().empty());
    CHECK(loaded(store).empty());
    save(store, {client(2), client(3), client(1)});
    ObservedClient again = client(2, 5);
    again.issuer_key = "other";
    again.visits.pop_back();
    save(store, {again});
    struct stat seen{};
    for (const char* end : {"", "-wal", "-shm"}) {
      REQUIRE(::stat((path + end).c_str(), &seen) == 0);
      CHECK((seen.st_mode & 0777U) == 0600U);
    }
  }
  ClientStore store = opened(path);
  ObservedClient expected = client(2, 5);
  expected.issuer_key = "other";
  expected.visits.pop_back();
  CHECK(loaded(store) == std::vector<ObservedClient>{client(1), expected, client(3)});
  CHECK(store.since() > kNow - std::chrono::years{5});
}

TEST_CASE("client store: it is bounded by number and by window; those that came last stay") {
  const testing::TempDir dir;
  ClientStore store = opened(dir.path("clients.db"), 3);
  std::vector<ObservedClient> clients;
  for (int i = 1; i <= 5; ++i) clients.push_back(client(i, 1, kNow + seconds{i}));
  save(store, clients);
  CHECK(loaded(store) == std::vector<ObservedClient>{clients[2], clients[3], clients[4]});
  REQUIRE(store.forget_before(kNow + seconds{4}));
  const std::vector<ObservedClient> left = loaded(store);
  REQUIRE(left.size() == 2);
  CHECK(left[0].visits.size() == 1);  // the other visit was a second earlier
  CHECK(left[1] == clients[4]);
  const std::vector<std::string> gone{clients[3].fingerprint};
  REQUIRE(store.save({}, gone));
  CHECK(store.size() == 1U);
}

TEST_CASE("client store: nothing of an erased client stays, and the daemon is told") {
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  ClientStore daemon = opened(path);
  std::vector<ObservedClient> clients{client(1), client(2), client(3)};
  clients[0].key_kind = "RSA of number one";
  clients[1].key_kind = "RSA of number two";
  save(daemon, clients);
  CHECK(all_bytes(path).find("number one") != std::string::npos);
  auto other = ClientStore::open_existing(path);
  REQUIRE(other);
  CHECK(other->erase(fingerprint(1)) == true);
  CHECK(other->erase(fingerprint(9)) == false);
  CHECK(all_bytes(path).find("number one") == std::string::npos);
  CHECK(all_bytes(path).find("number two") != std::string::npos);
  // It was about to save the client again.
  CHECK(daemon.save(std::vector{client(1, 7), client(2, 7)}) ==
        std::vector<std::string>{fingerprint(1)});
  CHECK(loaded(daemon) == std::vector<ObservedClient>{client(2, 7), client(3)});
  CHECK(all_bytes(path).find(fingerprint(1)) == std::string::npos);
  CHECK(daemon.save({}) == std::vector<std::string>{});
  save(daemon, {client(1, 8)});  // it came again
  CHECK(daemon.size() == 3U);
  CHECK(other->erase_all() == 3U);
  CHECK(all_bytes(path).find("prime256v1") == std::string::npos);
  CHECK(daemon.save(std::vector{client(2, 9)}) == std::vector<std::string>{"*"});
  CHECK(daemon.size() == 0U);
}

TEST_CASE("client store: a file that is damaged, or of a later release, is set aside and said") {
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  const auto damage = [&](const char* how) {
    const std::string whole = bytes_of(path);
    const std::string kind = how;
    if (kind == "text") dir.write("clients.db", "not a database, but long enough to be one");
    if (kind == "half") dir.write("clients.db", whole.substr(0, whole.size() / 2));
    if (kind == "garbage")
      dir.write("clients.db", whole.substr(0, 4096) + std::string(whole.size() - 4096, 'x'));
    if (kind != "later") return;
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    sqlite3_exec(database, "PRAGMA user_version=2", nullptr, nullptr, nullptr);
    sqlite3_close(database);
  };
  for (const char* how : {"text", "half", "garbage", "later"}) {
    CAPTURE(how);
    {
      ClientStore store = opened(path);
      std::vector<ObservedClient> clients;
      for (int i = 0; i < 200; ++i) clients.push_back(client(i));
      save(store, clients);
    }
    damage(how);
    const auto listing = ClientStore::open_existing(path);
    REQUIRE_FALSE(listing);
    CHECK(listing.error().code == base::ErrorCode::kParse);
    const std::string damaged = bytes_of(path);
    ClientStore store = opened(path);
    CAPTURE(store.set_aside());
    CHECK(store.set_aside().find(path + " was set aside as " + path + ".set-aside: ") == 0);
    CHECK(bytes_of(path + ".set-aside") == damaged);
    CHECK(loaded(store).empty());
    save(store, {client(1)});
    CHECK(opened(path).set_aside().empty());
  }
  CHECK(ClientStore::open_existing(dir.path("none.db")).error().code == base::ErrorCode::kMissing);
  const auto nowhere = ClientStore::open(dir.path("no/where.db"), {});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == base::ErrorCode::kUnreadable);
}

TEST_CASE("client store: killed at 100 random moments, it keeps whole all that was saved") {
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  std::mt19937 random(20261201);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  std::uint64_t batches = 0;
  for (int round = 0; round < 100; ++round) {
    std::array<int, 2> told{};
    REQUIRE(::pipe(told.data()) == 0);
    const pid_t writer = ::fork();
    if (writer == 0) write_for_ever(path, told[1]);
    ::close(told[1]);
    ::usleep(static_cast<useconds_t>(random() % 40'000));
    ::kill(writer, SIGKILL);
    int status = 0;
    ::waitpid(writer, &status, 0);
    CHECK(WIFSIGNALED(status));
    std::uint64_t saved = 0;
    for (std::uint64_t batch = 0; ::read(told[0], &batch, sizeof batch) == sizeof batch;)
      saved = batch;
    ::close(told[0]);
    const std::uint64_t kept = whole_batch(path, kInBatch);
    CAPTURE(round, saved, kept);
    if (saved > 0) CHECK((kept == saved || kept == saved + 1));
    batches += saved;
  }
  CHECK(batches > 100);  // else nothing was tried
}

TEST_CASE("client store: a full disk refuses a save whole, and later saves work again") {
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  {
    ClientStore store = opened(path);
    save(store, {client(1)});
  }
  const pid_t writer = ::fork();
  if (writer == 0) {
    std::signal(SIGXFSZ, SIG_IGN);  // writes fail with EFBIG
    auto store = ClientStore::open(path, {.max_clients = 100'000});
    if (!store) ::_exit(1);
    std::vector<ObservedClient> many;
    for (int i = 1; i < 3000; ++i) many.push_back(client(i, 4));
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit before = limit;
    limit.rlim_cur = 200'000;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto refused = store->save(many);
    if (refused || refused.error().code != base::ErrorCode::kUnreadable) ::_exit(2);
    const auto kept = store->load();
    if (!kept || *kept != std::vector<ObservedClient>{client(1)}) ::_exit(3);
    ::setrlimit(RLIMIT_FSIZE, &before);
    if (!store->save(many)) ::_exit(4);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(writer, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  ClientStore store = opened(path, 100'000);
  CHECK(store.set_aside().empty());
  CHECK(store.size() == 2999U);
}

}  // namespace mtls::daemon
