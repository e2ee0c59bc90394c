// What a real nginx shows in /proc.
#include <catch2/catch.hpp>

#include <algorithm>

#include "daemon/live/nginx_process.h"
#include "daemon/system/disk.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon {

TEST_CASE("nginx process: a running nginx is found with what it was started with") {
  if (!testing::NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const testing::TempDir directory;
  directory.write("nginx.conf", "events {}\n");
  const testing::NginxRunner nginx(directory);
  system::Disk disk;
  const auto masters = live::find_masters(disk);
  const auto found = std::find_if(masters.begin(), masters.end(),
                                  [&](const auto& master) { return master.pid == nginx.pid(); });
  REQUIRE(found != masters.end());
  CHECK(found->prefix == directory.path());
  CHECK(found->conf == directory.path("nginx.conf"));
  CHECK(found->error_log == directory.path("error.log"));
  CHECK(found->globals.starts_with("daemon off;"));
  const auto runs = disk.stat(found->binary);
  const auto named = disk.stat(found->executable);
  REQUIRE(runs);
  REQUIRE(named);
  CHECK(runs->inode == named->inode);
}

}  // namespace mtls::daemon
