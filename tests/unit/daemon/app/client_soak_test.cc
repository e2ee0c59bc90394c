// Hours of simulated traffic through the table, the keeper and the file of clients: memory and file
// stop growing once the window is full.
#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "audit/observed/forecast.h"
#include "daemon/app/client_keeper.h"
#include "tests/support/sanitizers.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::app {
namespace {

using audit::observed::Instant;
using audit::observed::Observer;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::chrono::sys_seconds kBegin{seconds{1'900'000'000}};
constexpr std::size_t kMostClients = 5'000;
constexpr int kLooksPerSecond = 2;  // as ObserverWatch looks
constexpr int kWindows = 8;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t file_bytes(const std::string& path) {
  std::size_t bytes = 0;
  for (const char* end : {"", "-wal", "-shm"}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path + end, error);
    if (!error) bytes += size;
  }
  return bytes;
}

running::ObservedClient client(std::uint64_t number) {
  pki::Fingerprint fingerprint;
  std::mt19937_64 bytes(number);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same for each number
  for (unsigned char& byte : fingerprint.bytes) byte = static_cast<unsigned char>(bytes());
  running::ObservedClient client;
  client.fingerprint = fingerprint.hex();
  client.issuer_key = number % 3 == 0 ? "other" : "0123456789abcdef";
  client.serial = client.fingerprint.substr(0, 32);
  client.key_kind = "EC prime256v1";
  client.signature_kind = "ecdsa-with-SHA256";
  client.certificate.assign(number % 2 == 0 ? 900 : 0, 0x30);
  return client;
}

/// The largest of some period.
struct Peak {
  std::size_t memory = 0;
  std::size_t file = 0;

  void note(const std::string& path) {
    memory = std::max(memory, resident_bytes());
    file = std::max(file, file_bytes(path));
  }
};

}  // namespace

TEST_CASE("client soak: memory and file are bounded by the window and the number of clients") {
  const char* const text = std::getenv("MTLS_SOAK_HOURS");
  const int hours = text != nullptr ? std::atoi(text) : 2;
  const seconds window = seconds{std::chrono::hours{hours}} / kWindows;
  const testing::TempDir dir;
  const std::string path = dir.path("clients.db");
  const audit::observed::ClientTable::Limits limits{.max_clients = kMostClients, .window = window};
  Observer observer({.socket = "/run/x.sock", .limits = limits}, Instant{kBegin});
  ClientKeeper keeper(path, limits);
  audit::observed::Forecast forecast;
  std::mt19937 random(17);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  // Half again as many come within a window as there is room for; each lives for a third of one.
  const std::uint64_t looks_of_window =
      static_cast<std::uint64_t>(window.count()) * kLooksPerSecond;
  const std::uint64_t alive = kMostClients / 2;
  const auto newest_at = [&](std::uint64_t look) {
    return alive + look * (kMostClients * 3 / 2) / looks_of_window;
  };
  Peak early;
  Peak late;
  std::uint64_t visits = 0;
  for (std::uint64_t look = 0; look < looks_of_window * kWindows; ++look) {
    const Instant now = Instant{kBegin} + milliseconds{1'000 / kLooksPerSecond * look};
    keeper.restore(observer, true, now);
    for (int i = 0; i < 5; ++i, ++visits) {
      const std::uint64_t number = newest_at(look) - random() % alive;
      running::ObservedClient one = client(number);
      const audit::observed::ClientTable::Visit visit{
          .at = {.server = number % 4 == 0 ? "b" : "a", .listen = "0.0.0.0:443"},
          .when = std::chrono::floor<seconds>(now),
          .code = number % 5 == 0 ? 20 : 0};
      const auto fingerprint = audit::observed::fingerprint_in(one.fingerprint);
      if (observer.clients().find(fingerprint) != nullptr) {
        observer.clients().visit(fingerprint, visit);
      } else {
        observer.clients().add(std::move(one), visit);
      }
    }
    observer.settle(now);
    keeper.save(observer, now);
    forecast.follow(observer.clients().take_moves());
    if (observer.clients().size() > kMostClients) FAIL("more clients than there is room for");
    if (look % 1'000 != 0) continue;
    const std::uint64_t number_of_window = look / looks_of_window;
    if (number_of_window == 2 || number_of_window == 3) early.note(path);
    if (number_of_window + 2 >= kWindows) late.note(path);
  }
  keeper.save_now(observer);
  constexpr std::size_t kMega = 1'000'000;
  WARN(hours << " h, " << visits << " connections, " << newest_at(looks_of_window * kWindows)
             << " clients; windows 3 and 4: memory " << early.memory / kMega << " MB, file "
             << early.file / 1'000 << " kB; the last two: memory " << late.memory / kMega
             << " MB, file " << late.file / 1'000 << " kB; at the end " << observer.clients().size()
             << " clients, without a place " << observer.clients().without_place());
  auto store = observed::ClientStore::open_existing(path);
  REQUIRE(store);
  CHECK(store->size() == observer.clients().size());
  CHECK(late.file <= early.file + early.file / 10);
  CHECK(late.file < kMostClients * 4'000 + 8 * kMega);  // a certificate of 900 bytes in every other
  if (!testing::kSanitized) CHECK(late.memory <= early.memory + early.memory / 20 + kMega);
}

}  // namespace mtls::daemon::app
