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
    CHECK(parse_title("nginx: master process " + title) == expected);
    const std::string words = title.substr(0, title.find('\0'));
    CHECK(parse_title("angie: master process v1.10.0 #3 [" + words + "]") == expected);
    CHECK(parse_title("angie: master process v1.10.0 build 7 #12 [" + words) == expected);
  }
  for (const char* other : {"", "nginx: worker process", "/bin/sh -c nginx: master process",
                            "angie: worker process #1"})
    CHECK_FALSE(parse_title(other));
}

TEST_CASE("process title: nginx without a master has its command line, Angie says so") {
  using namespace std::string_literals;
  for (const auto& [command, expected] : std::vector<std::pair<std::string, NginxMaster>>{
           {"nginx\0"s, {}},
           {"/usr/sbin/nginx\0-p\0/with blank/\0-c\0c.conf\0"s,
            {.prefix = "/with blank/", .conf = "c.conf"}},
           {"nginx\0-qg\0master_process off; daemon off;\0-c/t.conf\0"s,
            {.conf = "/t.conf", .globals = "master_process off; daemon off;"}},
           {"angie: single process v1.10.0 #1 [/usr/sbin/angie -c /c]\0\0"s, {.conf = "/c"}}}) {
    CAPTURE(command);
    NginxMaster single = expected;
    single.is_single = true;
    CHECK(parse_title(command) == single);
  }
  // These serve nobody.
  for (const std::string& other :
       {"nginx\0-t\0"s, "nginx\0-qt\0"s, "nginx\0-c\0/c\0-T\0"s, "nginx\0-s\0reload\0"s,
        "nginx\0-sreload\0"s, "nginx\0-V\0"s, "nginx\0start\0"s, "nginx-exporter\0"s,
        "/bin/sh\0/usr/bin/nginx\0"s}) {
    CAPTURE(other);
    CHECK_FALSE(parse_title(other));
  }
}

TEST_CASE("process title: it says what a process of nginx is") {
  using namespace std::string_literals;
  for (const auto& [title, kind] : std::vector<std::pair<std::string, ProcessKind>>{
           {"nginx: master process nginx -c /c", ProcessKind::kMaster},
           {"nginx: worker process", ProcessKind::kWorker},
           {"nginx: worker process                  ", ProcessKind::kWorker},
           {"nginx: worker process is shutting down", ProcessKind::kDrainingWorker},
           {"nginx: worker process\0is shutting down"s, ProcessKind::kWorker},
           {"nginx: cache manager process", ProcessKind::kOther},
           {"nginx: cache loader process", ProcessKind::kOther},
           {"angie: master process v1.10.0 #1 [angie]", ProcessKind::kMaster},
           {"angie: worker process #1", ProcessKind::kWorker},
           {"angie: worker process is shutting down #1", ProcessKind::kDrainingWorker},
           {"angie: cache manager process #1", ProcessKind::kOther},
           {"angie: single process v1.10.0 #2 [angie]", ProcessKind::kSingle},
           {"/usr/sbin/nginx\0-g\0daemon off;\0"s, ProcessKind::kSingle},
           {"openresty\0"s, ProcessKind::kSingle},
           {"nginx-mtls-exporter\0"s, ProcessKind::kOther},
           {"sh -c nginx: worker process", ProcessKind::kOther},
           {"", ProcessKind::kOther}}) {
    CAPTURE(title);
    CHECK(kind_of(title) == kind);
  }
}

}  // namespace mtls::running
