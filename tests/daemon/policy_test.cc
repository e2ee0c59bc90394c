// What the policy of the settings and comments in nginx's configuration do to findings, with the
// real binary: exit codes, text, JSON, metrics, page and log; thresholds.
#include <csignal>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/time.h"
#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;

// The CA ends in 20 days.
void write_tree(const TempDir& dir, const std::string& above = "", const std::string& more = "") {
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA", 20 * 24h).certificate_pem);
  dir.write("nginx.conf", nginx_conf("include site.conf;\n"));
  dir.write(
      "site.conf",
      above + "\n" +
          tls_server("a", "ssl_client_certificate ca.pem; ssl_verify_client on;\n" + more + "\n"));
}

Outcome check(const TempDir& dir, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"check", "--nginx.conf=" + dir.path("nginx.conf"),
                               "--nginx.version=1.22.1", "--nginx.openssl=3.0.0"});
  ChildProcess process = exporter(flags);
  return outcome_of(process);
}

std::string settings(const TempDir& dir, const std::string& policy) {
  return dir.write("settings.yml", "policy:\n" + policy);
}

constexpr const char* kAccepted =
    "  accept:\n"
    "    - {rule: ca-expires-soon, server: '[a-c]', reason: its clients move, until: 2999-01-01}\n"
    "    - {rule: bundle-missing-successor, path: '*', reason: its clients move}\n";

json finding(const json& document, const std::string& rule) {
  for (const json& one : document.at("findings")) {
    if (one.at("rule") == rule) return one;
  }
  return {};
}

}  // namespace

TEST_CASE("policy: what the settings accept is listed and changes neither counts nor exit code") {
  const TempDir dir;
  write_tree(dir);
  CHECK(check(dir, {}).code == 1);
  const std::string file = settings(dir, kAccepted);
  const Outcome text = check(dir, {"--config.file", file, "--fail-on=info"});
  CAPTURE(text.output, text.error);
  CHECK(text.code == 0);
  CHECK_THAT(text.output, Catch::Contains("0 critical, 0 warning, 0 info\n") &&
                              Catch::Contains("\naccepted: ca-expires-soon in ") &&
                              Catch::Contains("\n  reason: its clients move\n"));
  const Outcome printed = check(dir, {"--config.file", file, "--format=json"});
  const json accepted = finding(json::parse(printed.output), "ca-expires-soon").at("accepted");
  CHECK(accepted.at("reason") == "its clients move");
  CHECK(accepted.at("until") == "2999-01-01T00:00:00Z");
}

TEST_CASE("policy: from the midnight of until on a finding counts again") {
  const TempDir dir;
  write_tree(dir);
  const auto day = std::chrono::floor<std::chrono::days>(now()) + std::chrono::days{5};
  const std::string file = settings(dir,
                                    "  disable: [bundle-missing-successor]\n"
                                    "  accept: [{rule: ca-expires-soon, reason: x, until: " +
                                        base::rfc3339(day).substr(0, 10) + "}]\n");
  const auto checked_at = [&](base::sys_seconds at) {
    return check(dir, {"--config.file", file, "--at=" + base::rfc3339(at)});
  };
  CHECK(checked_at(day - 1s).code == 0);
  const Outcome after = checked_at(day);
  CHECK(after.code == 1);
  CHECK_THAT(after.output, Catch::Contains("WARNING ca-expires-soon") &&
                               Catch::Contains("INFO acceptance-unused") &&
                               Catch::Contains("settings.yml:3: ca-expires-soon has"));
}

TEST_CASE("policy: comments in an included file accept, above the block and behind a directive") {
  const TempDir dir;
  write_tree(dir,
             "# mtls-exporter: accept ca-expires-soon moving out\n"
             "# mtls-exporter: accept bundle-missing-successor moving out",
             "server_tokens on; # mtls-exporter: accept server-tokens-on for the dashboard");
  const Outcome outcome = check(dir, {"--format=json", "--fail-on=info"});
  CAPTURE(outcome.output);
  CHECK(outcome.code == 0);
  const json document = json::parse(outcome.output);
  const json soon = finding(document, "ca-expires-soon");
  CHECK(soon.at("file") == dir.path("site.conf"));
  CHECK(soon.at("line") == 3);
  CHECK(soon.at("accepted") == json{{"reason", "moving out"}, {"until", nullptr}});
  const json tokens = finding(document, "server-tokens-on");
  CHECK(tokens.at("accepted").at("reason") == "for the dashboard");
}

TEST_CASE("policy: an unknown rule is an error of the settings, of a comment a warning") {
  const TempDir dir;
  write_tree(dir, "# mtls-exporter: accept ca-expire-soon moving out");
  const Outcome outcome = check(
      dir,
      {"--config.file", settings(dir, "  accept:\n    - {rule: ca-expire-soon, reason: x}\n")});
  CHECK(outcome.code == 2);
  CHECK(outcome.output.empty());
  CHECK_THAT(outcome.error,
             Catch::Contains("settings.yml:3:14: policy.accept: no rule is named "
                             "\\\"ca-expire-soon\\\"; did you mean \\\"ca-expires-soon\\\"?"));
  CHECK_THAT(check(dir, {}).output,
             Catch::Contains("WARNING acceptance-invalid  " + dir.path("site.conf") + ":1\n"));
}

TEST_CASE("policy: thresholds move the warnings") {
  const TempDir dir;
  write_tree(dir);
  const auto code = [&](const std::string& thresholds) {
    return check(dir, {"--config.file", settings(dir, "  thresholds: {" + thresholds + "}\n")})
        .code;
  };
  CHECK(code("ca_expires_soon: 21d") == 1);
  CHECK(code("ca_expires_soon: 19d") == 0);
  CHECK(code("ca_expires_soon: 100%") == 1);
  CHECK(code("ca_expires_soon: 1%") == 0);
  CHECK(code("ca_expires_soon: 1d, server_certificate_expires_soon: 201d") == 1);
}

TEST_CASE("policy: a bundle alone is not told about the acceptances of servers") {
  const TempDir dir;
  write_tree(dir);
  ChildProcess process =
      exporter({"check", "--config.file", settings(dir, kAccepted), dir.path("ca.pem")});
  const Outcome outcome = outcome_of(process);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.output, Catch::Contains("accepted: bundle-missing-successor") &&
                                 !Catch::Contains("acceptance-unused"));
}

TEST_CASE(
    "policy: the daemon counts no accepted finding, shows it, and wakes when its time is up") {
  const TempDir dir;
  write_tree(dir);
  const std::string file = settings(dir, "  profile: default\n");
  Exporter exporter(dir, {"--config.file", file});
  const Exporter::Expected counted{.name = "nginx_mtls_findings",
                                   .labels = {{"rule", "ca-expires-soon"}}};
  CHECK(exporter.shows(counted));
  // Tomorrow, in days of UTC: nothing else here changes so soon.
  const auto tomorrow = std::chrono::floor<std::chrono::days>(now()) + std::chrono::days{1};
  const std::string instant = base::rfc3339(tomorrow);
  settings(dir, "  accept:\n    - {rule: ca-expires-soon, reason: moving out, until: " +
                    instant.substr(0, 10) + "}\n");
  exporter.process().signal(SIGHUP);
  CHECK(eventually(5s, [&] {
    return exporter.shows({.name = counted.name, .labels = counted.labels, .value = std::nullopt});
  }));
  CHECK_THAT(exporter.log(),
             Catch::Contains("finding accepted") && Catch::Contains("(accepted: moving out)"));
  CHECK_THAT(exporter.get("/").body,
             Catch::Contains("Accepted findings</h2>") && Catch::Contains("moving out") &&
                 Catch::Contains("Next change by time alone</dt><dd>" + instant));
  const json document = json::parse(exporter.get("/api/v1/check").body);
  CHECK(finding(document, "ca-expires-soon").at("accepted").at("until") == instant);
}

}  // namespace mtls::daemon::testing
