#include "reports/dump/conf.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

std::string dumped(Host& host, const audit::Snapshot& snapshot) {
  return dump::dump_conf({.assessment = {.snapshot = snapshot}, .disk = host.disk});
}

TEST_CASE("dump conf: each file once, in the order nginx opens them, under nginx -T's header") {
  Host host;
  host.conf("events {}\ninclude b.conf;\ninclude a.conf;\ninclude b.conf;\n");
  host.disk.put("/etc/nginx/a.conf", "user www;");
  host.disk.put("/etc/nginx/b.conf", "# \xFF\n");
  CHECK(dumped(host, *host.scratch()) ==
        "# configuration file /etc/nginx/nginx.conf:\n"
        "events {}\ninclude b.conf;\ninclude a.conf;\ninclude b.conf;\n\n"
        "# configuration file /etc/nginx/b.conf:\n# \xFF\n\n"
        "# configuration file /etc/nginx/a.conf:\nuser www;\n");
}

TEST_CASE("dump conf: a file that has gone since it was read is left out") {
  Host host;
  host.conf("events {}\ninclude a.conf;\n");
  host.disk.put("/etc/nginx/a.conf", "user www;");
  const auto snapshot = host.scratch();
  host.disk.remove("/etc/nginx/a.conf");
  CHECK(dumped(host, *snapshot) ==
        "# configuration file /etc/nginx/nginx.conf:\nevents {}\ninclude a.conf;\n\n");
}

}  // namespace
}  // namespace mtls::reports
