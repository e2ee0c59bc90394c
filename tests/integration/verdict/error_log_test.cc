// Which error_log keeps the line about a refused client (R3.51), judged by real nginx.
#include "tests/integration/verdict/verdict_bench.h"

#include <algorithm>

namespace mtls::testing {
namespace {

/// The directives at each level. Those that write to a file write to `own.log`.
struct Row {
  std::string main = {};
  std::string http = {};
  std::string server = {};
  std::string location = {};
  bool kept = false;
};

class Place {
 public:
  explicit Place(const Row& row) {
    const Minted own = leaf(nullptr, [](auto& spec) { spec.extended_key_usage = "serverAuth"; });
    directory_.write("server.pem", own.certificate_pem);
    directory_.write("server.key", own.key_pem);
    directory_.write("bundle.pem", authority("CN=Root").certificate_pem);
    directory_.write(
        "nginx.conf",
        row.main +
            nginx_http_conf(row.http + " server { listen 127.0.0.1:" + std::to_string(port_) +
                            " ssl; ssl_certificate server.pem; ssl_certificate_key server.key; " +
                            kOn + kBundle + row.server + " location / { " + row.location + " } }"));
  }

  bool nginx_keeps_it() const {
    const NginxRunner nginx(directory_);
    CHECK(request({.port = port_}).status == 400);
    CHECK(nginx.pid() > 0);
    const std::string path = directory_.path("own.log");
    if (access(path.c_str(), F_OK) != 0) return false;
    return directory_.read("own.log").find("client sent no required SSL certificate") !=
           std::string::npos;
  }

  bool we_say_it_does() const {
    daemon::system::Disk disk;
    audit::Policy policy;
    policy.nginx_conf = directory_.path("nginx.conf");
    const auto snapshot = audit::build(
        {.policy = policy, .disk = disk, .now = now(), .previous = nullptr, .changes = {}});
    CHECK(snapshot->nginx_errors().empty());
    return std::none_of(snapshot->findings.begin(), snapshot->findings.end(),
                        [](const audit::Finding& finding) {
                          return finding.kind == audit::FindingKind::kErrorLogHidesVerifyFailures;
                        });
  }

 private:
  const TempDir directory_;
  const std::uint16_t port_ = free_port();
};

TEST_CASE("error_log: a log that keeps no line about a refused client is reported, and no other") {
  if (nginx_is_missing()) return;
  const std::vector<Row> rows{
      {.main = "error_log own.log;"},
      {.main = "error_log own.log info;", .kept = true},
      {.main = "error_log own.log debug;", .kept = true},
      {.main = "error_log own.log info;", .http = "error_log other.log;"},
      {.main = "error_log own.log info;", .http = "error_log other.log crit;"},
      {.http = "error_log own.log notice;"},
      {.http = "error_log own.log info;", .kept = true},
      {.http = "error_log own.log;", .server = "error_log own.log info;", .kept = true},
      {.http = "error_log own.log info;", .server = "error_log own.log error;"},
      {.server = "error_log other.log emerg; error_log own.log info;", .kept = true},
      {.server = "error_log own.log info; error_log other.log emerg;", .kept = true},
      {.server = "error_log own.log debug_http;", .kept = true},
      {.server = "error_log own.log info;", .location = "error_log other.log;", .kept = true},
      {.http = "error_log own.log;", .location = "error_log own.log info;"},
      {.server = "error_log /dev/null info;"},
  };
  for (const Row& row : rows) {
    INFO(row.main << " | " << row.http << " | " << row.server << " | " << row.location);
    const Place place(row);
    CHECK(place.nginx_keeps_it() == row.kept);
    CHECK(place.we_say_it_does() == row.kept);
  }
}

}  // namespace
}  // namespace mtls::testing
