#include "daemon/app/finding_log.h"

#include <catch2/catch.hpp>

#include "audit/build.h"
#include "tests/support/memory_filesystem.h"

namespace mtls::daemon::app {
namespace {

std::shared_ptr<const audit::Snapshot> evaluated(const std::string& http) {
  testing::MemoryFileSystem disk;
  disk.put("/etc/nginx/nginx.conf", "events { }\nhttp { " + http + " }\n");
  audit::Policy policy;
  return audit::build({.policy = policy,
                       .disk = disk,
                       .now = base::sys_seconds{std::chrono::seconds{1'800'000'000}},
                       .previous = nullptr,
                       .changes = {}});
}

std::vector<std::string> rules_of(const std::vector<FindingLine>& lines) {
  std::vector<std::string> rules;
  for (const FindingLine& line : lines) rules.push_back(line.rule);
  return rules;
}

const std::string kDead = "map $ssl_client_s_dn $ok { \"CN=a, O=b\" 1; }";

}  // namespace

TEST_CASE("finding log: a finding begins once, with its place, and ends once") {
  const auto healthy = evaluated("");
  const auto sick = evaluated(kDead);
  const FindingChanges began = finding_changes(healthy.get(), *sick);
  REQUIRE(began.began.size() == 1);
  CHECK(began.began.front().rule == "guard-never-matches");
  CHECK(began.began.front().severity == "critical");
  CHECK(began.began.front().at == "/etc/nginx/nginx.conf:2");
  CHECK(began.ended.empty());
  const FindingChanges same = finding_changes(sick.get(), *sick);
  CHECK(same.began.empty());
  CHECK(same.ended.empty());
  const FindingChanges ended = finding_changes(sick.get(), *healthy);
  CHECK(ended.began.empty());
  CHECK(rules_of(ended.ended) == std::vector<std::string>{"guard-never-matches"});
}

TEST_CASE("finding log: at the start all begin; a line that moves is no change") {
  const auto sick = evaluated(kDead);
  CHECK(rules_of(finding_changes(nullptr, *sick).began) ==
        std::vector<std::string>{"guard-never-matches"});
  const auto moved = evaluated("\n\n" + kDead);
  const FindingChanges changes = finding_changes(sick.get(), *moved);
  CHECK(changes.began.empty());
  CHECK(changes.ended.empty());
}

TEST_CASE("finding log: an accepted finding ends as accepted, and begins when it counts again") {
  const auto sick = evaluated("\n" + kDead);
  const auto accepted =
      evaluated("\n# mtls-exporter: accept guard-never-matches on purpose\n" + kDead);
  CHECK(rules_of(finding_changes(nullptr, *accepted).began).empty());
  const FindingChanges since = finding_changes(sick.get(), *accepted);
  CHECK(since.began.empty());
  CHECK(since.ended.empty());
  REQUIRE(since.accepted.size() == 1);
  CHECK(since.accepted.front().rule == "guard-never-matches");
  CHECK_THAT(since.accepted.front().detail, Catch::EndsWith(" (accepted: on purpose)"));
  CHECK(finding_changes(accepted.get(), *accepted).accepted.empty());
  const FindingChanges again = finding_changes(accepted.get(), *sick);
  CHECK(rules_of(again.began) == std::vector<std::string>{"guard-never-matches"});
  CHECK(again.ended.empty());
  CHECK(again.accepted.empty());
}

}  // namespace mtls::daemon::app
