// What an nginx lets in although its text says otherwise: code in the handshake (R9.9), a release
// with a hole (R9.1). Real nginx shows it, and the program must not call it enforced.
#include <sched.h>

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "audit/build.h"
#include "daemon/settings/policy_source.h"
#include "daemon/system/disk.h"
#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

/// What the program finds out of a running nginx and its configuration, package included.
std::shared_ptr<const audit::Snapshot> found_by_program(const TempDir& directory) {
  daemon::system::Disk disk;
  daemon::settings::Options options;
  options.nginx_conf = directory.path("nginx.conf");
  const auto policy = daemon::settings::read_policy(options, disk);
  REQUIRE(policy);
  return audit::build(
      {.policy = *policy, .disk = disk, .now = now(), .previous = nullptr, .changes = {}});
}

TlsRequest request_to(std::uint16_t port, const std::string& name) {
  return {.port = port, .sni = name, .host = name};
}

void put_server_certificate(const TempDir& directory) {
  const Minted own = leaf(nullptr, [](auto& spec) { spec.extended_key_usage = "serverAuth"; });
  directory.write("server.pem", own.certificate_pem);
  directory.write("server.key", own.key_pem);
}

const std::string kServerCertificate =
    "ssl_certificate server.pem; ssl_certificate_key server.key; ";
const std::string kDemands = kServerCertificate + "ssl_client_certificate ours.pem; " + kOn;

/// Where Debian has Lua's libraries, beside the nginx under test.
std::string lua_path() {
  const std::filesystem::path prefix =
      std::filesystem::path(nginx_under_test()).parent_path().parent_path();
  return (prefix / "share/lua/5.1/?.lua").string() + ";;";
}

// Replaces the CAs, as R9.9 has it.
std::string hook_that_trusts(const std::string& path) {
  return "ssl_certificate_by_lua_block {\n"
         "  local ssl = require 'ngx.ssl'\n"
         "  local file = assert(io.open('" +
         path +
         "'))\n"
         "  local ca = assert(ssl.parse_pem_cert(file:read('*a')))\n"
         "  file:close()\n"
         "  assert(ssl.verify_client(ca, 1))\n"
         "}\n";
}

std::string lua_conf(const TempDir& directory, std::uint16_t port) {
  const std::filesystem::path modules =
      std::filesystem::path(nginx_module("http_lua")).parent_path();
  return "load_module " + (modules / "ndk_http_module.so").string() + ";\n" +
         load_module("http_lua") +
         nginx_http_conf("lua_package_path '" + lua_path() + "';\nserver { listen 127.0.0.1:" +
                         std::to_string(port) + " ssl; server_name a.test; " + kDemands +
                         hook_that_trusts(directory.path("theirs.pem")) +
                         "location / { return 200 in; } }\n");
}

bool lua_is_missing() {
  if (std::filesystem::exists(nginx_module("http_lua"))) return false;
  WARN("skipped: there is no " << nginx_module("http_lua")
                               << " (`./dev nginxes bookworm`, MTLS_TEST_NGINX)");
  return true;
}

const std::string kAnswers = "\"HTTP/1.0 200 OK\\r\\n\\r\\n\"";

std::string stream_conf(std::uint16_t port) {
  const std::string begin = "server { listen 127.0.0.1:" + std::to_string(port) + " ssl; ";
  return load_module("stream") + "events { }\nstream {\n" + begin + "server_name d.test; " +
         kServerCertificate + "return \"\"; }\n" + begin + "server_name a.test; " + kDemands +
         "return " + kAnswers + "; }\n}\n";
}

constexpr int kConnections = 10;

/// stream takes the settings of the default server when the client's last message is there before
/// nginx looks for it (R9.1). Workers that share a processor with the clients and give way to them
/// have that with every client; on an idle machine it may be none of a thousand. In this scope.
class ClientsGoFirst {
 public:
  explicit ClientsGoFirst(const NginxRunner& nginx) {
    REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
    cpu_set_t shared;
    CPU_ZERO(&shared);
    CPU_SET(sched_getcpu(), &shared);
    REQUIRE(sched_setaffinity(0, sizeof shared, &shared) == 0);
    const std::string master = std::to_string(nginx.pid());
    std::ifstream workers("/proc/" + master + "/task/" + master + "/children");
    int count = 0;
    for (pid_t worker = 0; workers >> worker; ++count) {
      const sched_param no_priority{};
      REQUIRE(sched_setaffinity(worker, sizeof shared, &shared) == 0);
      REQUIRE(sched_setscheduler(worker, SCHED_IDLE, &no_priority) == 0);
    }
    REQUIRE(count > 0);
  }
  ~ClientsGoFirst() { sched_setaffinity(0, sizeof before_, &before_); }
  ClientsGoFirst(const ClientsGoFirst&) = delete;
  ClientsGoFirst& operator=(const ClientsGoFirst&) = delete;

 private:
  cpu_set_t before_{};
};

/// Of clients without a certificate that ask for the block that demands one.
int let_in(const NginxRunner& nginx, std::uint16_t port) {
  const ClientsGoFirst in_this_scope(nginx);
  int count = 0;
  for (int i = 0; i < kConnections; ++i) {
    if (request(request_to(port, "a.test")).status == 200) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("release: Lua in the handshake lets in clients of another CA (R9.9)") {
  if (nginx_is_missing() || lua_is_missing()) return;
  const TempDir directory;
  const Minted ours = authority("CN=Ours");
  const Minted theirs = authority("CN=Theirs");
  put_server_certificate(directory);
  directory.write("ours.pem", ours.certificate_pem);
  directory.write("theirs.pem", theirs.certificate_pem);
  const std::uint16_t port = free_port();
  directory.write("nginx.conf", lua_conf(directory, port));
  const NginxRunner nginx(directory);
  const Minted client = leaf(&theirs);
  TlsRequest asked = request_to(port, "a.test");
  asked.client_chain_pem = client.certificate_pem;
  asked.client_key_pem = client.key_pem;
  INFO(nginx.error_log());
  CHECK(request(asked).status == 200);

  const auto snapshot = found_by_program(directory);
  REQUIRE(snapshot->servers.size() == 1);
  CHECK(snapshot->servers[0]->enforced == std::nullopt);
  CHECK(snapshot->servers[0]->enforced_note.starts_with("ssl_certificate_by_lua_block"));
}

TEST_CASE("release: stream verifies with the settings of the default server (R9.1)") {
  if (nginx_is_missing()) return;
  const config::NginxBuild build = build_under_test();
  if (build.version < config::Version{1, 25, 5}) {
    WARN("skipped: stream knows no names before 1.25.5");
    return;
  }
  const TempDir directory;
  put_server_certificate(directory);
  directory.write("ours.pem", authority("CN=Ours").certificate_pem);
  const std::uint16_t port = free_port();
  directory.write("nginx.conf", stream_conf(port));
  const NginxRunner nginx(directory);
  const int clients = let_in(nginx, port);

  const auto snapshot = found_by_program(directory);
  REQUIRE(snapshot->servers.size() == 2);
  const audit::ServerAudit& judged = *snapshot->servers[1];
  WARN(config::to_string(build.version)
       << ": " << clients << " of " << kConnections << " clients got in; "
       << (judged.enforced_note.empty() ? "enforced" : judged.enforced_note));
  CHECK((clients > 0) == judged.is_bypassed);
  CHECK(judged.enforced == !judged.is_bypassed);
}

}  // namespace mtls::testing
