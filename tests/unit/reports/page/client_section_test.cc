#include "reports/page/client_section.h"

#include <catch2/catch.hpp>

#include "reports/page/status_page.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports::page {
namespace {

using namespace audit_fixture;  // NOLINT(google-build-using-namespace)
using audit::CaStage;
using std::chrono::days;

audit::ServerClients clients_of(const audit::Snapshot& snapshot) {
  audit::ServerClients clients{.id = snapshot.config->resolved.servers.at(0).id};
  clients.clients = 3;
  clients.outlook = {.accepted = 2, .refused = 1, .lockouts = {0, 1, 1, 2}};
  clients.outlook.next_lockout = kT0 + days{3};
  clients.cas = {{.ca = "0123456789abcdef", .subject = "CN=Old <CA>", .stage = CaStage::kInUse},
                 {.ca = "1", .subject = "CN=New", .stage = CaStage::kUnused},
                 {.ca = "2", .subject = "CN=Other", .why_kept = "it is not known why"},
                 {.ca = "3", .subject = "CN=Next", .stage = CaStage::kAnnounced}};
  clients.cas[0].use = {.clients = 2, .last_used = kT0, .until = kT0 + days{9}};
  clients.refused = 1;
  clients.last_refused = {{.fingerprint = "fedcba9876543210", .code = 10, .last_seen = kT0}};
  return clients;
}

std::string section(const audit::Snapshot& snapshot) {
  return client_section(PageFacts(snapshot, PageQuery{}));
}

}  // namespace

TEST_CASE("client section: counts, the next lockout, each CA, and the refused by fingerprint") {
  Host host;
  audit::Snapshot snapshot = *host.scratch();
  CHECK(section(snapshot).empty());  // nobody observes clients
  snapshot.observed_truth = std::make_shared<const audit::ObservedTruth>();
  CHECK(section(snapshot).empty());
  audit::ObservedTruth truth;
  truth.clients = {clients_of(snapshot)};
  snapshot.observed_truth = std::make_shared<const audit::ObservedTruth>(truth);
  const std::string html = section(snapshot);
  for (const char* words :
       {"(in 3 days)", "1 of 2 accepted clients within 30 days", "CN=Old &lt;CA&gt;",
        "in use by 2 clients; the last certificate ends", "unused, safe to drop",
        "whether it can go is not known: it is not known why", "nginx has not loaded it yet",
        "fedcba9876543210", "10: certificate has expired"})
    CHECK_THAT(html, Catch::Contains(words));
  CHECK_THAT(status_page(snapshot, {}, {}), Catch::Contains("id=\"clients\""));
}

TEST_CASE("client section: a server block where nobody came says so") {
  Host host;
  audit::Snapshot snapshot = *host.scratch();
  audit::ObservedTruth truth;
  truth.clients = {{.id = snapshot.config->resolved.servers.at(0).id}};
  snapshot.observed_truth = std::make_shared<const audit::ObservedTruth>(truth);
  CHECK_THAT(section(snapshot), Catch::Contains("none came"));
  CHECK_THAT(section(snapshot), Catch::Contains("none in sight"));
}

}  // namespace mtls::reports::page
