#include "reports/issue.h"

#include "audit/rules/registry.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

std::vector<Issue> issues(Host& host) {
  const auto snapshot = host.scratch();
  return issues_of({.snapshot = *snapshot});
}

TEST_CASE("issues: a healthy host has none") {
  Host host;
  CHECK(issues(host).empty());
}

TEST_CASE("issues: each has the words of its rule, its server block and the line that causes it") {
  Host host;
  const std::string block = server("a.test", std::string(kVerifyOn) + " server_tokens on;");
  host.conf(http(block));
  const audit::rules::Rule& row = audit::rules::rule_of(FindingKind::kServerTokensOn);
  const auto column = static_cast<std::uint32_t>(block.find("server_tokens") + 1);
  CHECK(issues(host) == std::vector<Issue>{{.kind = FindingKind::kServerTokensOn,
                                            .severity = row.severity,
                                            .rule = "server-tokens-on",
                                            .server = "http/a.test/0.0.0.0:443",
                                            .position = FilePosition{kConf, 3, column},
                                            .path = "",
                                            .message = "server_tokens on",
                                            .meaning = row.meaning,
                                            .remedy = std::string(row.remedy),
                                            .is_fixable = true}});
}

TEST_CASE("issues: the file is the included one, and the column counts bytes") {
  Host host;
  const std::string block =
      server("a.test", std::string(kVerifyOn) + "root \"\xC3\xA9\"; server_tokens on;");
  host.conf(
      "error_log error.log info; events {} http { ssl_verify_depth 2; include \"a b.conf\"; }");
  host.disk.put("/etc/nginx/a b.conf", "\n" + block);
  const std::vector<Issue> all = issues(host);
  REQUIRE(all.size() == 1);
  const auto column = static_cast<std::uint32_t>(block.find("server_tokens") + 1);
  CHECK(all.front().position == FilePosition{"/etc/nginx/a b.conf", 2, column});
}

TEST_CASE("issues: the settings' severity counts, and the worst comes first") {
  Host host;
  host.disk.put(kBundle, mint_valid(ca_spec("CN=Old"), days{-9}, days{-1}).certificate_pem);
  host.conf(http(server("a.test", std::string(kVerifyOn) + " server_tokens on;")));
  const std::vector<Issue> usual = issues(host);
  REQUIRE(usual.size() == 2);
  CHECK(usual.front().rule == "ca-expired");
  CHECK_FALSE(usual.front().is_fixable);
  host.policy.rules.severities = {{FindingKind::kServerTokensOn, audit::Severity::kCritical},
                                  {FindingKind::kCaExpired, audit::Severity::kInfo}};
  const std::vector<Issue> changed = issues(host);
  REQUIRE(changed.size() == 2);
  CHECK(changed.front().rule == "server-tokens-on");
  CHECK(changed.front().severity == audit::Severity::kCritical);
  CHECK(changed.back().severity == audit::Severity::kInfo);
}

TEST_CASE("issues: an accepted one stands apart, with its reason") {
  Host host;
  host.conf(http(server("a.test", std::string(kVerifyOn) + " server_tokens on;")));
  host.policy.accept = {{.rule = FindingKind::kServerTokensOn,
                         .until = kT0 + days{1},
                         .reason = "agreed",
                         .settings_file = "/s.yml"}};
  CHECK(issues(host).empty());
  const auto snapshot = host.scratch();
  const auto accepted = accepted_issues_of({.snapshot = *snapshot});
  REQUIRE(accepted.size() == 1);
  CHECK(accepted.front().rule == "server-tokens-on");
  CHECK(accepted.front().accepted == audit::Acceptance{.reason = "agreed", .until = kT0 + days{1}});
}

TEST_CASE("issues: one about a file has its path, one about the whole host has no server block") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + minted().root.key_pem);
  const std::vector<Issue> of_file = issues(host);
  REQUIRE(of_file.size() == 1);
  CHECK(of_file.front().rule == "private-key-in-bundle");
  CHECK(of_file.front().path == kBundle);
  host.conf("");
  const std::vector<Issue> of_host = issues(host);
  REQUIRE_FALSE(of_host.empty());
  CHECK(of_host.front().kind == FindingKind::kNginxRefusesConfig);
  CHECK(of_host.front().server.empty());
  CHECK_FALSE(of_host.front().position);
}

}  // namespace
}  // namespace mtls::reports
