#include "daemon/live/nginx_process.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/system/disk.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/nginx_runner.h"

namespace mtls::daemon {

TEST_CASE("nginx process: only masters are found below /proc, oldest first") {
  testing::MemoryFileSystem disk;
  disk.put("/r/proc/1000/cmdline", "nginx: master process nginx -c /new");
  disk.put("/r/proc/99/cmdline", "nginx: master process nginx -c /old");
  disk.put("/r/proc/7/cmdline", "/sbin/init");
  disk.put("/r/proc/8/cmdline", "nginx: worker process");
  disk.put("/r/proc/self/cmdline", "nginx: master process nginx");
  disk.put("/r/proc/55/cmdline", "nginx: master process nginx -p .");  // of no known directory
  CHECK(live::find_masters(disk, "/r") ==
        std::vector<running::NginxMaster>{
            {.pid = 99, .binary = "/r/proc/99/exe", .conf = "/old"},
            {.pid = 1000, .binary = "/r/proc/1000/exe", .conf = "/new"}});
}

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
  CHECK(disk.stat(found->binary));
}

}  // namespace mtls::daemon
