#include "reports/formats/formats.h"

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/reports/formats_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

TEST_CASE("check formats: each has its own name, a help and a document, and docs list the same") {
  Host host;
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot, .policy = host.policy};
  fixture::check_formats(
      formats::formats(),
      formats::Report{.assessment = assessment, .issues = formats::issues_of(assessment)}, "check");
}

TEST_CASE("check formats: text is the default, and every format tells the rules of the issues") {
  CHECK(formats::formats().front().name == "text");
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn)));
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot, .policy = host.policy};
  const formats::Report report{.assessment = assessment, .issues = formats::issues_of(assessment)};
  for (const formats::Format& format : formats::formats()) {
    CAPTURE(format.name);
    CHECK_THAT(format.render(report), Catch::Contains("server-shadowed"));
    CHECK_THAT(format.render({.assessment = assessment, .issues = {}}),
               !Catch::Contains("server-shadowed"));
  }
}

}  // namespace
}  // namespace mtls::reports
