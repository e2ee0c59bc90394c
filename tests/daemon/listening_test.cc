// Where the real daemon listens: sockets of systemd, a port in use, and few descriptors.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/sanitizers.h"
#include "tests/support/wire/http_client.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::HttpConnection;

int status_over(HttpConnection connection) {
  connection.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
  return connection.receive_answer().status;
}

}  // namespace

TEST_CASE("N13: serve: --web.systemd-socket serves on systemd's sockets instead of addresses") {
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

TEST_CASE(
    "F12: serve: with 32 descriptors scrapes are answered, and the web thread does not spin") {
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
