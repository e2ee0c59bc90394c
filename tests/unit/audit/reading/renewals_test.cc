// CRLs that a job renews, where the files are judged for a later time (Policy::files_as_of).
#include "audit/reading/renewals.h"

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using std::chrono::seconds;

// A list of 20 days, `age` old at kT0, and two clients, one of which it revokes.
struct Scene : Host {
  explicit Scene(days age) {
    conf(http_server(std::string(kVerifyOn) + " ssl_crl clients.crl;"));
    disk.put(kCrl, testing::mint_crl({.issuer = &minted().root,
                                      .this_update = kT0 - age,
                                      .next_update = kT0 - age + days{20},
                                      .revoked = {&minted().client}}));
    disk.put("/etc/canaries/good.pem", good.certificate_pem);
    disk.put(kCanaryPem, minted().client.certificate_pem);
    policy.canaries = {{.name = "good",
                        .certificate = "/etc/canaries/good.pem",
                        .expect = audit::Expect::kAccept,
                        .servers = {}},
                       {.name = "revoked",
                        .certificate = kCanaryPem,
                        .expect = audit::Expect::kReject,
                        .servers = {}}};
    policy.files_as_of = kT0;
  }

  Minted good = testing::mint_client("CN=good", minted().root);

  /// The codes of both clients, and what is said of the list.
  std::string at(days later) {
    const auto snapshot = scratch(kT0 + later);
    const auto& verdicts = snapshot->servers.at(0)->verdicts;
    std::string said =
        std::to_string(verdicts.at(0).code) + " " + std::to_string(verdicts.at(1).code);
    for (const audit::Finding& finding : snapshot->servers.at(0)->findings) {
      const std::string_view id = audit::rules::rule_of(finding.kind).id;
      if (id.starts_with("crl-")) said += " " + std::string(id);
    }
    return said;
  }
};

}  // namespace

TEST_CASE("renewals: a list that is fresh today is renewed by then, one that is due is not") {
  struct Row {
    days age;
    days later;
    const char* said;
  };
  for (const Row& row : {
           Row{days{2}, days{0}, "0 23"},
           Row{days{2}, days{14}, "0 23"},   // due by then: a quarter of its life is left
           Row{days{2}, days{30}, "0 23"},   // past its end
           Row{days{2}, days{200}, "0 23"},  // the CA lives longer
           Row{days{14}, days{30}, "0 23"},  // the last day on which it is fresh
           Row{days{15}, days{0}, "0 23 crl-expires-soon"},
           Row{days{15}, days{2}, "0 23 crl-expires-soon"},
           Row{days{15}, days{30}, "12 12 crl-stale"}, Row{days{21}, days{30}, "12 12 crl-stale"},
           Row{days{-1}, days{30}, "12 12 crl-stale"},  // not yet valid today
       }) {
    CAPTURE(row.age.count(), row.later.count());
    CHECK(Scene(row.age).at(row.later) == row.said);
  }
}

TEST_CASE("renewals: policy.thresholds says what is fresh") {
  Scene scene(days{2});
  scene.policy.thresholds.crl_expires_soon = seconds{days{19}};
  CHECK(scene.at(days{30}) == "12 12 crl-stale");
  scene.policy.thresholds.crl_expires_soon = seconds{days{17}};
  CHECK(scene.at(days{30}) == "0 23");
}

TEST_CASE("renewals: without a later time in question nothing is assumed") {
  Scene scene(days{2});
  scene.policy.files_as_of.reset();
  CHECK(scene.at(days{30}) == "12 12 crl-stale");
}

TEST_CASE("renewals: a renewed list ends nobody's time, and its file keeps its date") {
  Scene scene(days{2});
  const auto snapshot = scene.scratch(kT0 + days{30});
  const auto& verdict = snapshot->servers.at(0)->verdicts.at(0);
  CHECK(verdict.accepted_until == kT0 + days{365});
  const auto& list = snapshot->material.at(kCrl)->material->revocation_lists.at(0).facts();
  CHECK(list.renewal_assumed);
  CHECK(list.next_update == kT0 + days{18});
  CHECK_FALSE(list.ends());
  CHECK_FALSE(scene.scratch(kT0 + days{1})
                  ->material.at(kCrl)
                  ->material->revocation_lists.at(0)
                  .facts()
                  .renewal_assumed);
}

}  // namespace mtls::audit_fixture
