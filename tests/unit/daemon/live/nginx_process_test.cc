#include "daemon/live/nginx_process.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/memory_filesystem.h"

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

}  // namespace mtls::daemon
