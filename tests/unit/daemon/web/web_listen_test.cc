// Where the HTTP server listens: TCP, Unix sockets and sockets that were handed over.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/web/server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire/http_client.h"
#include "tests/unit/daemon/web/test_site.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::HttpAnswer;
using mtls::testing::HttpConnection;
using mtls::testing::TempDir;
using mtls::testing::TestServer;
using mtls::testing::TestSite;

const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";

int status_over(HttpConnection connection) {
  connection.send(kScrape);
  return connection.receive_answer().status;
}

/// A server on `path` only; its error, if any, is in `started`.
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

// Leaves what a killed process leaves: the file, with no listener.
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

TEST_CASE("N13: web: an address in use, or a malformed one, is an error that says so") {
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

TEST_CASE("web: a Unix socket is for owner and group, and is removed with its server") {
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

TEST_CASE("N13: web: a Unix socket in use, or any other file, stays and is an error") {
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

TEST_CASE("web: an inherited descriptor that is not a listening stream socket is an error") {
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

}  // namespace mtls::daemon::testing
