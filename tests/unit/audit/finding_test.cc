#include "audit/finding.h"

#include <catch2/catch.hpp>

namespace mtls::audit {

TEST_CASE("findings: a severity is found by its word") {
  for (const Severity severity : {Severity::kCritical, Severity::kWarning, Severity::kInfo})
    CHECK(parse_severity(word(severity)) == severity);
  CHECK_FALSE(parse_severity("Critical"));
}

}  // namespace mtls::audit
