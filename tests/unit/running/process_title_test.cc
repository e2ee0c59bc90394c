#include "running/process_title.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mtls::running {

TEST_CASE("process title: a master's title says how it was started") {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, NginxMaster>> cases{
      {"/usr/sbin/nginx", {}},
      {"nginx -p /p -c c.conf -e /e.log",
       {.prefix = "/p", .conf = "c.conf", .error_log = "/e.log"}},
      {"nginx -p/p/ -cc.conf", {.prefix = "/p/", .conf = "c.conf"}},
      {"nginx -qc /c", {.conf = "/c"}},
      {"nginx -g daemon on; master_process on;", {.globals = "daemon on; master_process on;"}},
      {"nginx -g worker_priority -5; -c /c", {.conf = "/c", .globals = "worker_priority -5;"}},
      {"nginx -c /a -c /b", {.conf = "/b"}},
      {"nginx -c", {.conf = ""}},
      {"nginx\0\0\0-c /x"s, {}},
  };
  for (const auto& [title, expected] : cases) {
    CAPTURE(title);
    CHECK(parse_master_title("nginx: master process " + title) == expected);
  }
  for (const char* other :
       {"", "nginx", "nginx: worker process", "/bin/sh -c nginx: master process"}) {
    CHECK_FALSE(parse_master_title(other));
  }
}

}  // namespace mtls::running
