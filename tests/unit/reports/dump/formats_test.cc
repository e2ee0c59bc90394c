#include "reports/dump/formats.h"

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/reports/formats_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

TEST_CASE("dump formats: each has its own name, a help and a document, and docs list the same") {
  Host host;
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  fixture::check_formats(dump::formats(), dump::Report{.assessment = assessment, .disk = host.disk},
                         "dump");
  CHECK(dump::formats().front().name == "json");
}

}  // namespace
}  // namespace mtls::reports
