// What a real nginx shows in /proc.
#include <catch2/catch.hpp>

#include <algorithm>

#include "daemon/live/nginx_process.h"
#include "daemon/live/openssl_library.h"
#include "daemon/system/disk.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon {
namespace {

// An nginx that serves nobody.
struct IdleNginx {
  testing::TempDir directory;
  testing::NginxRunner nginx = start(directory);

  static testing::NginxRunner start(const testing::TempDir& directory) {
    directory.write("nginx.conf", "events {}\n");
    return testing::NginxRunner(directory);
  }
};

}  // namespace

TEST_CASE("nginx process: a running nginx is found with what it was started with") {
  if (!testing::NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const IdleNginx idle;
  system::Disk disk;
  const auto masters = live::find_masters(disk);
  const auto found = std::find_if(masters.begin(), masters.end(), [&](const auto& master) {
    return master.pid == idle.nginx.pid();
  });
  REQUIRE(found != masters.end());
  CHECK(found->prefix == idle.directory.path());
  CHECK(found->conf == idle.directory.path("nginx.conf"));
  CHECK(found->error_log == idle.directory.path("error.log"));
  CHECK(found->globals.starts_with("daemon off;"));
  const auto runs = disk.stat(found->binary);
  const auto named = disk.stat(found->executable);
  REQUIRE(runs);
  REQUIRE(named);
  CHECK(runs->inode == named->inode);
}

TEST_CASE("nginx process: the OpenSSL that it has mapped is the one that nginx -V names (R9.5)") {
  if (!testing::NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const IdleNginx idle;
  system::Disk disk;
  const std::string process = "/proc/" + std::to_string(idle.nginx.pid());
  const auto binary = disk.read(process + "/exe", std::size_t{64} << 20U);
  REQUIRE(binary);
  const auto running = live::find_openssl(
      disk, {.bytes = binary->text(), .path = testing::nginx_under_test(), .process = process});
  const auto installed = live::find_openssl(
      disk, {.bytes = binary->text(), .path = testing::nginx_under_test(), .process = ""});
  REQUIRE(running);
  REQUIRE(installed);
  CHECK(running->is_running);
  CHECK_FALSE(installed->is_running);
  testing::ChildProcess version({.argv = {testing::nginx_under_test(), "-V"}});
  version.wait(std::chrono::seconds{20});
  const std::string said = version.standard_error();
  // "built with OpenSSL A … (running with OpenSSL B …)"; the second only where it is another one.
  const std::size_t last = said.rfind("with OpenSSL ");
  REQUIRE(last != std::string::npos);
  CHECK(said.substr(last).starts_with("with OpenSSL " + running->release + " "));
  CHECK(installed->release == running->release);
}

}  // namespace mtls::daemon
