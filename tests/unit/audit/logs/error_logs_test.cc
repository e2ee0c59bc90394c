#include "audit/logs/error_logs.h"

#include <catch2/catch.hpp>

#include "audit/loaded.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit {
namespace {

using namespace audit_fixture;
using Logs = std::vector<std::string>;

constexpr const char* kStream =
    "stream { error_log s.log info; server { listen 1.2.3.4:99 ssl; listen 98 ssl; "
    "ssl_certificate server.pem; ssl_certificate_key server.key; "
    "ssl_client_certificate clients.pem; ssl_verify_client on; return x; } }\n";

running::VerifyPlan plan_of(const std::string& conf, const LogSettings& settings = {}) {
  Host host;
  host.policy.build.prefix = "/srv";
  host.policy.logs = settings;
  host.conf(conf);
  return logs::verify_plan(*host.scratch());
}

/// The paths of the logs with these numbers.
Logs named(const running::VerifyPlan& plan, const std::vector<std::size_t>& numbers) {
  Logs logs;
  for (const std::size_t number : numbers) logs.push_back(plan.logs.at(number));
  return logs;
}

std::string with(const std::string& main, const std::string& in_http, const std::string& in_server,
                 const std::string& in_location = "") {
  return main + " events { }\nhttp { " + in_http +
         server("a.test", kVerifyOn + in_server + " location / { " + in_location + " }") + "}\n";
}

}  // namespace

TEST_CASE("error logs: of the innermost level those that take level info count for a block") {
  struct Row {
    std::string main, http, server;
    Logs counted;
  };
  for (const Row& row : {
           Row{"error_log m info;", "", "", {"/srv/m"}},
           Row{"error_log m;", "", "", {}},
           Row{"error_log m info;", "error_log /h debug;", "", {"/h"}},
           Row{"error_log m info;", "error_log /h info;", "error_log s warn;", {}},
           Row{"",
               "",
               "error_log s info; error_log t error; error_log u debug_http;",
               {"/srv/s", "/srv/u"}},
           Row{"error_log stderr info;", "", "", {}},
           Row{"error_log syslog:server=unix:/dev/log info;", "", "", {}},
           Row{"error_log /dev/null info;", "", "", {}},
           Row{"error_log memory:32m debug;", "", "", {}},
       }) {
    CAPTURE(row.main, row.http, row.server);
    const running::VerifyPlan plan = plan_of(with(row.main, row.http, row.server));
    REQUIRE(plan.blocks.size() == 1);
    const running::VerifyPlan::Block& block = plan.blocks.front();
    CHECK(block.asks);
    CHECK(block.is_http);
    CHECK(block.label == "a.test");
    CHECK(block.names == Logs{"a.test"});
    CHECK(named(plan, block.logs) == row.counted);
  }
}

TEST_CASE("error logs: the journal of a unit has what nginx logs to stderr and the local syslog") {
  const LogSettings settings{.journal = "nginx.service"};
  const std::string journal = "journal:nginx.service";
  struct Row {
    std::string log;
    Logs counted;
  };
  for (const Row& row : {
           Row{"error_log stderr info;", {journal}},
           Row{"error_log /dev/stderr info;", {journal}},
           Row{"error_log stderr;", {}},
           Row{"error_log syslog:server=unix:/dev/log,nohostname info;", {journal}},
           Row{"error_log syslog:facility=daemon,server=unix:/dev/log info;", {journal}},
           Row{"error_log syslog:server=unix:/dev/logs info;", {}},
           Row{"error_log syslog:server=10.0.0.1 info;", {}},
           Row{"error_log f info; error_log stderr info;", {"/srv/f", journal}},
       }) {
    CAPTURE(row.log);
    const running::VerifyPlan plan = plan_of(with(row.log, "", ""), settings);
    CHECK(named(plan, plan.blocks.front().logs) == row.counted);
  }
}

TEST_CASE("error logs: the settings choose files, and name those that stand for others") {
  const std::string conf = with("error_log m info;", "", "error_log s info; error_log t info;");
  struct Row {
    Logs chosen;
    Logs followed, counted;
  };
  for (const Row& row : {
           Row{{}, {}, {}},
           Row{{"/srv/s"}, {"/srv/s"}, {"/srv/s"}},
           Row{{"/srv/s", "/srv/m"}, {"/srv/m", "/srv/s"}, {"/srv/s"}},
           Row{{"/host/log"}, {"/host/log"}, {"/host/log"}},
           Row{{"/srv/s", "/srv/t", "/host/log"},
               {"/host/log", "/srv/s", "/srv/t"},
               {"/srv/s", "/srv/t"}},
       }) {
    CAPTURE(row.chosen);
    const running::VerifyPlan plan = plan_of(conf, {.error_logs = row.chosen});
    Logs followed = plan.logs;
    std::ranges::sort(followed);
    CHECK(followed == row.followed);
    CHECK(named(plan, plan.blocks.front().logs) == row.counted);
  }
}

TEST_CASE("error logs: files of every level are followed, and each level has a list for backends") {
  const running::VerifyPlan plan = plan_of(
      with("error_log m;", "error_log h crit;", "error_log s info;", "error_log l; error_log m;"));
  Logs logs = plan.logs;
  std::ranges::sort(logs);
  CHECK(logs == Logs{"/srv/h", "/srv/l", "/srv/m", "/srv/s"});
  std::vector<Logs> lists;
  for (const auto& list : plan.upstream_logs) lists.push_back(named(plan, list));
  std::ranges::sort(lists);
  CHECK(lists == std::vector<Logs>{{"/srv/l", "/srv/m"}, {"/srv/m"}, {"/srv/s"}});
}

TEST_CASE("error logs: where clients are observed, the files that take warnings tell of losses") {
  Host host;
  host.policy.build.prefix = "/srv";
  host.conf(with("error_log m info;", "error_log h;",
                 "error_log s; error_log t warn; error_log u debug_http;"));
  CHECK(logs::verify_plan(*host.scratch()).loss_logs.empty());
  host.policy.observer_socket = "/run/x.sock";
  const running::VerifyPlan plan = logs::verify_plan(*host.scratch());
  CHECK(plan.observer_socket == "/run/x.sock");
  std::vector<Logs> lists;
  for (const auto& list : plan.loss_logs) lists.push_back(named(plan, list));
  std::ranges::sort(lists);
  CHECK(lists == std::vector<Logs>{{"/srv/m"}, {"/srv/t", "/srv/u"}});
  REQUIRE(plan.observed_logs.size() == 1);
  CHECK(named(plan, plan.observed_logs[0]) == Logs{"/srv/t", "/srv/u"});
}

TEST_CASE("error logs: a block of stream is named by its addresses") {
  const running::VerifyPlan plan =
      plan_of("error_log m;\n" + std::string("events { }\n") + kStream);
  REQUIRE(plan.blocks.size() == 1);
  const running::VerifyPlan::Block& block = plan.blocks.front();
  CHECK_FALSE(block.is_http);
  CHECK(block.label == "1.2.3.4:99");
  CHECK(block.names == Logs{"1.2.3.4:99", "0.0.0.0:98"});
  CHECK(named(plan, block.logs) == Logs{"/srv/s.log"});
}

TEST_CASE("error logs: what the running nginx has counts, and new files of the disk are known") {
  Host host;
  host.policy.build.prefix = "/srv";
  host.conf(with("error_log old info;", "", ""));
  const auto before = host.scratch();
  host.conf(with("error_log new info;", "", ""));
  Snapshot snapshot = *host.scratch();
  Loaded loaded;
  loaded.config = before->config;
  snapshot.loaded = std::make_shared<const Loaded>(loaded);
  const running::VerifyPlan plan = logs::verify_plan(snapshot);
  CHECK(plan.logs == Logs{"/srv/old", "/srv/new"});
  CHECK(named(plan, plan.blocks.at(0).logs) == Logs{"/srv/old"});
}

TEST_CASE("error logs: without any error_log the built-in file takes errors") {
  Host host;
  host.policy.build.prefix = "/srv";
  host.policy.build.configure = "--error-log-path=/var/log/nginx/error.log";
  host.conf(with("", "", ""));
  const running::VerifyPlan plan = logs::verify_plan(*host.scratch());
  CHECK(plan.logs == Logs{"/var/log/nginx/error.log"});
  CHECK(plan.blocks.at(0).logs.empty());
  CHECK(plan.upstream_logs.empty());
}

TEST_CASE("error logs: codes have OpenSSL's words") {
  const running::VerifyPlan plan = plan_of(with("error_log m info;", "", ""));
  CHECK(plan.reasons.at(10) == "certificate has expired");
  CHECK(plan.reasons.at(23) == "certificate revoked");
}

}  // namespace mtls::audit
