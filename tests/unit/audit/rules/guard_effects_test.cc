// What comes of a guard that never matches: an allow list refuses everybody, a deny list nobody.
#include <catch2/catch.hpp>

#include <string>

#include "audit/rules/registry.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using audit::Effect;

constexpr const char* kDead = "\"CN=a, O=b\"";  // a blank after the comma

std::vector<audit::Finding> dead_guards(const std::string& conf) {
  Host host;
  host.conf(conf);
  const auto snapshot = host.scratch();
  std::vector<audit::Finding> all;
  for (const audit::Finding& finding : findings_of(*snapshot)) {
    if (finding.kind == audit::FindingKind::kGuardNeverMatches) all.push_back(finding);
  }
  return all;
}

struct Row {
  std::string what;
  std::string around;  // in http
  std::string inside;  // in a server block
  Effect effect;
};

TEST_CASE("guards: one that never matches refuses whom it lets in, or lets in whom it refuses") {
  const std::string dn = std::string("if ($ssl_client_s_dn = ") + kDead + ") ";
  const std::string map = "map $ssl_client_s_dn $in ";
  for (const Row& row : std::vector<Row>{
           {"everybody but one is refused", "",
            std::string("if ($ssl_client_s_dn != ") + kDead + ") { return 403; }",
            Effect::kRefuses},
           {"all that a pattern does not fit are refused", "",
            std::string("if ($ssl_client_s_dn !~ ") + kDead + ") { return 403; }",
            Effect::kRefuses},
           {"one is refused", "", dn + "{ return 403; }", Effect::kLetsIn},
           {"one gets 444", "", dn + "{ return 444; }", Effect::kLetsIn},
           {"one gets a page", "", dn + "{ return 200 hello; }", Effect::kRefuses},
           {"a mark that lets in", "",
            "set $in 0; " + dn + "{ set $in 1; } if ($in = 0) { return 403; }", Effect::kRefuses},
           {"a mark that refuses", "", dn + "{ set $out 1; } if ($out) { return 403; }",
            Effect::kLetsIn},
           {"an allow list", map + "{ default 0; " + kDead + " 1; }",
            "if ($in = 0) { return 403; }", Effect::kRefuses},
           {"a deny list", map + "{ default 0; " + kDead + " 1; }", "if ($in) { return 403; }",
            Effect::kLetsIn},
           {"a list that nothing asks", map + "{ default 0; " + kDead + " 1; }", "",
            Effect::kRefuses},
       }) {
    CAPTURE(row.what);
    const auto found =
        dead_guards(http(row.around + server("a.test", std::string(kVerifyOn) + row.inside)));
    REQUIRE(found.size() == 1);
    CHECK(audit::rules::effect_of(found.front()) == row.effect);
    CHECK(found.front().context.has_value() == row.around.empty());
  }
}

}  // namespace
}  // namespace mtls::audit_fixture
