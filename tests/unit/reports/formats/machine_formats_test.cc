// The formats for other programs: what escapes, what counts, what stays the same when a line moves.
// tests/cases/formats_test.py reads them as their readers do.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "reports/formats/check_github.h"
#include "reports/formats/check_junit.h"
#include "reports/formats/check_nagios.h"
#include "reports/formats/check_sarif.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;
using nlohmann::json;

Issue issue(audit::Severity severity) {
  return {.kind = audit::FindingKind::kCaExpired,
          .severity = severity,
          .rule = "ca-expired",
          .server = "http/a.test/0.0.0.0:443",
          .position = FilePosition{.file = "/srv/ci/a,b.conf", .line = 7, .column = 3},
          .path = "/srv/ci/ca <1>.pem",
          .message = "100% of it | has ended",
          .meaning = "Clients get 400.",
          .remedy = "Renew it."};
}

struct World {
  Host host;
  std::shared_ptr<const audit::Snapshot> snapshot = host.scratch();
  Assessment assessment{.snapshot = *snapshot};

  formats::Report report(std::vector<Issue> issues) const {
    return {.assessment = assessment,
            .issues = std::move(issues),
            .fail_on = audit::Severity::kWarning,
            .version = "1.2.3",
            .directory = "/srv/ci"};
  }
};

TEST_CASE("check github: a command a line, escaped as the runner reads it") {
  const World world;
  CHECK(formats::check_github(world.report({issue(audit::Severity::kCritical)})) ==
        "::error file=a%2Cb.conf,line=7,col=3,title=ca-expired::http/a.test/0.0.0.0:443: 100%25 of "
        "it | has ended. Clients get 400. Fix: Renew it.\n1 findings in 1 server blocks\n");
  CHECK_THAT(formats::check_github(world.report({issue(audit::Severity::kInfo)})),
             Catch::StartsWith("::notice "));
}

TEST_CASE("check nagios: the state follows the worst issue, and | only begins the numbers") {
  const World world;
  const auto text = [&](std::vector<Issue> issues) {
    return formats::check_nagios(world.report(std::move(issues)));
  };
  const auto state = [&](std::vector<Issue> issues) {
    return formats::nagios_state(world.report(std::move(issues)));
  };
  CHECK(state({}) == 0);
  CHECK(state({issue(audit::Severity::kInfo)}) == 0);
  CHECK(state({issue(audit::Severity::kWarning)}) == 1);
  CHECK(state({issue(audit::Severity::kCritical), issue(audit::Severity::kWarning)}) == 2);
  CHECK(text({}) ==
        "NGINX MTLS OK - 0 critical, 0 warning | critical=0;;;0 warning=0;;;0 info=0;;;0 "
        "servers=1;;;0 trust_expiry=31536000s;;;\n");
  CHECK(text({issue(audit::Severity::kCritical)}) ==
        "NGINX MTLS CRITICAL - 1 critical, 0 warning: ca-expired in http/a.test/0.0.0.0:443 | "
        "critical=1;;;0 warning=0;;;0 info=0;;;0 servers=1;;;0 trust_expiry=31536000s;;;\n"
        "critical ca-expired a,b.conf:7: 100% of it ! has ended. Clients get 400. Fix: Renew "
        "it.\n");
}

TEST_CASE("check nagios: a configuration that nginx refuses is critical") {
  Host host;
  host.conf("events { }\nhttp {\nserver { ssl_verify_client yes; } }\n");
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  CHECK(formats::nagios_state({.assessment = assessment, .issues = {}}) == 2);
}

TEST_CASE("check junit: what --fail-on does not reach passes, and XML is escaped") {
  const World world;
  const std::string failed =
      formats::check_junit(world.report({issue(audit::Severity::kCritical)}));
  CHECK_THAT(failed, Catch::Contains("name=\"ca-expired /srv/ci/ca &lt;1&gt;.pem\"") &&
                         Catch::Contains("<failure type=\"critical\"") &&
                         Catch::Contains("<testsuites name=\"nginx-mtls-exporter check\" "
                                         "tests=\"2\" failures=\"1\""));
  const std::string passed = formats::check_junit(world.report({issue(audit::Severity::kInfo)}));
  CHECK_THAT(passed, Catch::Contains("<system-out>") && Catch::Contains(" failures=\"0\""));
  CHECK_THAT(passed, !Catch::Contains("<failure"));
  CHECK_THAT(
      formats::check_junit(world.report({})),
      Catch::Contains("<testcase classname=\"http/a.test/0.0.0.0:443\" name=\"no finding\"/>"));
}

TEST_CASE("check sarif: paths are relative, and a fingerprint stays when its line moves") {
  const World world;
  const auto results = [&](std::vector<Issue> issues) {
    return json::parse(formats::check_sarif(world.report(std::move(issues))))
        .at("runs")
        .at(0)
        .at("results");
  };
  Issue moved = issue(audit::Severity::kCritical);
  moved.position->line = 70;
  moved.message = "other words";
  const json before = results({issue(audit::Severity::kCritical)});
  const json after = results({moved});
  CHECK(before.at(0).at("partialFingerprints") == after.at(0).at("partialFingerprints"));
  const json place = before.at(0).at("locations").at(0).at("physicalLocation");
  CHECK(place.at("artifactLocation").at("uri") == "a%2cb.conf");
  CHECK(place.at("region") == json{{"startLine", 7}, {"startColumn", 3}});
  const json twice = results({issue(audit::Severity::kCritical), issue(audit::Severity::kInfo)});
  CHECK(twice.at(0).at("partialFingerprints") != twice.at(1).at("partialFingerprints"));
  CHECK(twice.at(1).at("level") == "note");
}

TEST_CASE("check sarif: an issue without a place is at its file, else at the main configuration") {
  const World world;
  Issue nowhere = issue(audit::Severity::kWarning);
  nowhere.position.reset();
  const auto uri = [&](const Issue& one) {
    return json::parse(formats::check_sarif(world.report({one})))
        .at("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri"_json_pointer);
  };
  CHECK(uri(nowhere) == "ca%20%3c1%3e.pem");
  nowhere.path = "";
  CHECK(uri(nowhere) == "file:///etc/nginx/nginx.conf");
}

}  // namespace
}  // namespace mtls::reports
