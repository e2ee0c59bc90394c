#include "reports/formats/formats.h"

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/reports/formats_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

TEST_CASE("check formats: each has its own name, a help and a document, and docs list the same") {
  Host host;
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  fixture::check_formats(
      formats::formats(),
      formats::Report{.assessment = assessment,
                      .issues = issues_of(assessment),
                      .metrics = [] { return std::string("nginx_mtls_config_reload_ok 1\n"); }},
      "check");
}

TEST_CASE("check formats: text is the default, and every format shows the issues it is given") {
  CHECK(formats::formats().front().name == "text");
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn)));
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  const formats::Report report{.assessment = assessment, .issues = issues_of(assessment)};
  REQUIRE_FALSE(report.issues.empty());
  for (const formats::Format& format : formats::formats()) {
    CAPTURE(format.name);
    if (format.name == "prom") continue;  // it shows the metrics, which are in report.metrics
    CHECK(format.render(report) != format.render({.assessment = assessment, .issues = {}}));
  }
}

}  // namespace
}  // namespace mtls::reports
