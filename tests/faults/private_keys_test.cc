// Private keys: files that hold only a key are never opened. Of keys that share a file with
// certificates nothing stays in memory, log or answers, however often the file was read.
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/faults/fault_scene.h"
#include "tests/faults/preloaded.h"
#include "tests/support/sanitizers.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::kCanPreload;
using mtls::testing::kSanitized;
using mtls::testing::Preloaded;

constexpr std::size_t kPiece = 24;  // bytes; too many to occur elsewhere by chance

// The first two lines of base64 begin with bytes that all P-256 keys share, and contain the scalar.
std::vector<std::string> pieces_of(const std::string& key_pem) {
  std::istringstream lines(key_pem);
  std::string begin;
  std::string first;
  std::string second;
  std::getline(lines, begin);
  std::getline(lines, first);
  std::getline(lines, second);
  REQUIRE(begin == "-----BEGIN PRIVATE KEY-----");
  REQUIRE(first.size() == 64);
  REQUIRE(second.size() == 64);
  const std::string text = first + second;
  std::string der(96, '\0');
  REQUIRE(EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()),
                          reinterpret_cast<const unsigned char*>(text.data()),
                          static_cast<int>(text.size())) == 96);
  const std::size_t scalar = der.find(std::string("\x04\x20", 2)) + 2;
  return {first.substr(first.size() - kPiece), second.substr(0, kPiece), der.substr(scalar, kPiece),
          der.substr(scalar + 8, kPiece)};
}

// All writable memory of the process; nullopt: this user may not look.
std::optional<std::string> memory_of(pid_t pid) {
  const std::string proc = "/proc/" + std::to_string(pid);
  const system::FileDescriptor memory(::open((proc + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  std::ifstream maps(proc + "/maps");
  if (!memory || !maps) return std::nullopt;
  std::string all;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0;
    unsigned long to = 0;
    std::array<char, 5> mode{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, mode.data()) != 3) continue;
    if (mode[1] != 'w') continue;
    std::string region(to - from, '\0');
    const ssize_t got =
        ::pread(memory.get(), region.data(), region.size(), static_cast<off_t>(from));
    if (got > 0) all.append(region, 0, static_cast<std::size_t>(got));
  }
  return all;
}

std::size_t found_in(const std::string& text, const std::vector<std::string>& pieces) {
  return static_cast<std::size_t>(
      std::count_if(pieces.begin(), pieces.end(), [&](const std::string& piece) {
        return ::memmem(text.data(), text.size(), piece.data(), piece.size()) != nullptr;
      }));
}

int reloads() {
  const char* count = std::getenv("MTLS_RELOADS");
  return count == nullptr ? 20 : std::atoi(count);
}

TEST_CASE(
    "private keys: over many reloads no part of a key stays in memory, and key files are never "
    "opened") {
  Preloaded preloaded;
  const Minted beside = authority("beside a key");
  const std::string both = beside.key_pem + beside.certificate_pem + beside.key_pem;
  FaultScene scene({.servers = asking_server("victim", "victim.pem") +
                               "server { listen 127.0.0.1:8443 ssl; server_name both; "
                               "ssl_certificate both.pem; ssl_certificate_key both.pem; }\n",
                    .environment = kCanPreload ? preloaded.environment()
                                               : std::map<std::string, std::string>{}});
  std::vector<std::string> pieces = pieces_of(beside.key_pem);
  for (const std::string& piece : pieces_of(scene.dir.read("server.key"))) pieces.push_back(piece);
  for (int n = 0; n < reloads(); ++n) {
    const std::string comment = "# " + std::to_string(n) + "\n";
    scene.dir.rename_over("both.pem", comment + both);
    scene.dir.rename_over("victim.pem", comment + both);
    const double before = scene.exporter().value("nginx_mtls_generation").value();
    scene.exporter().process().signal(SIGHUP);
    CHECK(
        eventually(10s, [&] { return scene.exporter().value("nginx_mtls_generation") > before; }));
  }
  CHECK(scene.comes(scene.problem("contains_private_key")));
  for (const char* page : {"/metrics", "/", "/api/v1/check"})
    CHECK(found_in(scene.exporter().get(page).body, pieces) == 0);
  CHECK(found_in(scene.exporter().log(), pieces) == 0);
  if (kCanPreload) {
    CHECK(contains(preloaded.opened(), scene.dir.path("both.pem")));  // so the log works
    CHECK_FALSE(contains(preloaded.opened(), "server.key"));
  }
  if (kSanitized) {
    WARN("skipped in part: a sanitizer's own memory is terabytes");
    return;
  }
  const std::optional<std::string> memory = memory_of(scene.exporter().process().pid());
  if (!memory) {
    WARN("skipped: this user may not look into a process that is not dumpable");
    return;
  }
  CHECK(found_in(*memory, {scene.victim()}) == 1);  // so this is its memory
  CHECK(found_in(*memory, pieces) == 0);
}

TEST_CASE(
    "private keys: other processes of the same user cannot look into this one, and it leaves no "
    "core") {
  FaultScene scene;
  const std::string proc = "/proc/" + std::to_string(scene.exporter().process().pid());
  std::ifstream limits(proc + "/limits");
  const std::string text{std::istreambuf_iterator<char>(limits), {}};
  CHECK(contains(text, "Max core file size        0                    0"));
  struct stat owner{};
  REQUIRE(::stat((proc + "/mem").c_str(), &owner) == 0);
  if (::geteuid() == 0) {
    WARN("skipped: as root the owner in /proc does not tell whether a process is dumpable");
  } else {
    CHECK(owner.st_uid == 0);  // proc(5), PR_SET_DUMPABLE
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
