// Where the HTTP front listens: TCP, Unix sockets, sockets of systemd, and few descriptors.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/web/server.h"
#include "tests/daemon/exporter_fixture.h"
#include "tests/support/sanitizers.h"
#include "tests/support/wire/http_client.h"
#include "tests/unit/daemon/web/test_site.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::HttpAnswer;
using mtls::testing::HttpConnection;
using mtls::testing::TestServer;
using mtls::testing::TestSite;

const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";

int status_over(HttpConnection connection) {
  connection.send(kScrape);
  return connection.receive_answer().status;
}

/// A server on `path` alone; its error, if there is one, is in `started`.
struct UnixServer {
  explicit UnixServer(const std::string& path) {
    web::WebOptions options;
    options.listen_addresses = {"unix:" + path};
    started = web::WebServer::start(options, site, counts);
  }
  TestSite site;
  web::RequestCounts counts;
  base::Result<std::unique_ptr<web::WebServer>> started;
};

// What a process that was killed leaves: the file, and nobody behind it.
void leave_stale_socket(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::close(fd);
}

mode_t mode_of(const std::string& path) {
  struct stat file{};
  return ::stat(path.c_str(), &file) == 0 ? file.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("N13: web: an address in use or without sense is an error that says so") {
  TestServer web;
  TestSite site;
  web::RequestCounts counts;
  web::WebOptions options;
  options.listen_addresses = {"127.0.0.1:" + std::to_string(web.port)};
  const auto in_use = web::WebServer::start(options, site, counts);
  REQUIRE_FALSE(in_use);
  CHECK(in_use.error().code == base::ErrorCode::kUnreadable);
  CHECK(in_use.error().message ==
        "cannot listen on " + options.listen_addresses[0] +
            ": Address already in use; choose another address with --web.listen-address");

  options.listen_addresses = {"192.0.2.1:0"};  // TEST-NET-1, nobody's own
  CHECK(web::WebServer::start(options, site, counts).error().code == base::ErrorCode::kUnreadable);

  options.listen_addresses = {"127.0.0.1"};
  CHECK(web::WebServer::start(options, site, counts).error().code ==
        base::ErrorCode::kInvalidArgument);
}

TEST_CASE("web: an address without a host listens to IPv4, with IPv6 where there is any") {
  TestSite site;
  web::RequestCounts counts;
  web::WebOptions options;
  options.listen_addresses = {":0", "127.0.0.1:0"};
  const auto server = web::WebServer::start(options, site, counts);
  REQUIRE(server);
  const std::vector<std::string> addresses = (*server)->addresses();
  REQUIRE(addresses.size() == 2);
  CHECK((addresses[0].starts_with("[::]:") || addresses[0].starts_with("0.0.0.0:")));
  CHECK(addresses[1].starts_with("127.0.0.1:"));
  for (const std::string& address : addresses) {
    const int port = std::stoi(address.substr(address.rfind(':') + 1));
    CHECK(mtls::testing::get(static_cast<std::uint16_t>(port), "/metrics").status == 200);
  }
}

TEST_CASE("web: an IPv6 address is listened to, and named in brackets") {
  if (::access("/proc/net/if_inet6", F_OK) != 0) {
    WARN("skipped: this kernel has no IPv6");
    return;
  }
  TestSite site;
  web::RequestCounts counts;
  web::WebOptions options;
  options.listen_addresses = {"[::1]:0"};
  const auto server = web::WebServer::start(options, site, counts);
  REQUIRE(server);
  const std::string address = (*server)->addresses().at(0);
  REQUIRE(address.starts_with("[::1]:"));
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(6)));
  CHECK(status_over(HttpConnection::over_ipv6(port)) == 200);
}

TEST_CASE("web: a Unix socket is for owner and group, and goes with its server") {
  const TempDir dir;
  const std::string path = dir.path("web.sock");
  {
    const UnixServer server(path);
    REQUIRE(server.started);
    CHECK((*server.started)->addresses() == std::vector<std::string>{"unix:" + path});
    CHECK(mode_of(path) == 0660);
    CHECK(status_over(HttpConnection::over_unix(path)) == 200);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("web: the Unix socket of a server that was killed is replaced") {
  const TempDir dir;
  const std::string path = dir.path("web.sock");
  leave_stale_socket(path);
  const UnixServer server(path);
  REQUIRE(server.started);
  CHECK(status_over(HttpConnection::over_unix(path)) == 200);
}

TEST_CASE("N13: web: a Unix socket that is served, and any other file, stays and is an error") {
  const TempDir dir;
  const std::string path = dir.path("web.sock");
  const UnixServer first(path);
  REQUIRE(first.started);
  const UnixServer second(path);
  REQUIRE_FALSE(second.started);
  CHECK(second.started.error().message ==
        "cannot listen on unix:" + path +
            ": Address already in use; choose another address with --web.listen-address");
  CHECK(status_over(HttpConnection::over_unix(path)) == 200);

  dir.write("file", "precious");
  CHECK_FALSE(UnixServer(dir.path("file")).started);
  CHECK(std::filesystem::file_size(dir.path("file")) == 8);
  CHECK_FALSE(UnixServer(dir.path("no/such/directory")).started);
}

TEST_CASE("web: a server that stops leaves the Unix socket of its successor alone") {
  const TempDir dir;
  const std::string path = dir.path("web.sock");
  UnixServer first(path);
  std::filesystem::remove(path);
  const UnixServer second(path);
  REQUIRE(second.started);
  (*first.started)->stop();
  first.started = tl::unexpected(base::Error{});
  CHECK(status_over(HttpConnection::over_unix(path)) == 200);
}

TEST_CASE("web: an inherited descriptor that is no listening stream socket is an error") {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  TestSite site;
  web::RequestCounts counts;
  web::WebOptions options;
  options.inherited_sockets = {fd};
  const auto server = web::WebServer::start(options, site, counts);
  REQUIRE_FALSE(server);
  CHECK(server.error().message.starts_with("descriptor " + std::to_string(fd) +
                                           " is not a listening stream socket"));
  ::close(fd);
}

TEST_CASE("N13: serve: on the sockets of systemd, in place of addresses") {
  constexpr const char* kActivate = "/usr/bin/systemd-socket-activate";
  if (::access(kActivate, X_OK) != 0) {
    WARN("skipped: there is no " << kActivate);
    return;
  }
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  const std::string port = std::to_string(mtls::testing::free_port());
  const std::string path = dir.path("web.sock");
  ChildProcess activated({.argv = {kActivate, "-l", "127.0.0.1:" + port, "-l", path,
                                   EXPORTER_BINARY, "--web.systemd-socket", "--web.listen-address",
                                   "127.0.0.1:1", "--nginx.conf", dir.path("nginx.conf")},
                          .environment = {}});
  const auto number = static_cast<std::uint16_t>(std::stoi(port));
  CHECK(eventually(10s, [&] { return mtls::testing::get(number, "/-/ready").status == 200; }));
  CHECK(status_over(HttpConnection::over_unix(path)) == 200);
}

TEST_CASE("N13: serve: --web.systemd-socket without sockets ends with the reason and code 2") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  ChildProcess process = exporter({"--web.systemd-socket", "--nginx.conf", dir.path("nginx.conf")});
  const Outcome outcome = outcome_of(process);
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.error, Catch::Contains("no socket activation file descriptors found"));
}

TEST_CASE("N13: serve: a port in use ends the start with the reason and code 3") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  const Exporter first(dir);
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  ChildProcess process =
      exporter({"--web.listen-address", address, "--nginx.conf", dir.path("nginx.conf")});
  const Outcome outcome = outcome_of(process);
  CHECK(outcome.code == 3);
  CHECK_THAT(outcome.error,
             Catch::Contains("cannot listen on " + address + ": Address already in use"));
}

TEST_CASE("F12: serve: with 32 descriptors scrapes are answered, and the thread does not spin") {
  if (mtls::testing::skipped_as_sanitizer_needs_descriptors()) return;
  constexpr const char* kPrlimit = "/usr/bin/prlimit";
  if (::access(kPrlimit, X_OK) != 0) {
    WARN("skipped: there is no " << kPrlimit);
    return;
  }
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  Exporter exporter(dir);
  const std::string pid = std::to_string(exporter.process().pid());
  REQUIRE(std::system((std::string(kPrlimit) + " --nofile=32:32 --pid " + pid).c_str()) == 0);
  {
    std::vector<HttpConnection> idle;
    for (int i = 0; i < 60; ++i) idle.emplace_back(exporter.port());
    for (int i = 0; i < 5; ++i) CHECK(exporter.get("/metrics").status == 200);
    const double cpu = exporter.value("process_cpu_seconds_total").value();
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < 1s) {
      CHECK(exporter.get("/-/ready").status == 200);
      std::this_thread::sleep_for(50ms);
    }
    CHECK(exporter.value("process_cpu_seconds_total").value() - cpu < 0.5);
  }
  CHECK(eventually(5s, [&] { return exporter.value("process_open_fds") < 32; }));
}

}  // namespace mtls::daemon::testing
