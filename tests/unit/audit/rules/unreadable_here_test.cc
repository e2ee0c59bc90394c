// Files that the exporter cannot read and nginx can: nothing about them is known, and nothing is
// claimed.
#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using enum FindingKind;
using audit::Severity;

constexpr const char* kMore = "/etc/nginx/more.conf";

// A canary of root A that is accepted, and a CRL that is in force.
Host watched_host() {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + " ssl_crl clients.crl;"));
  host.disk.put(kCrl, minted().crl(minted().root));
  host.canary(minted().client.certificate_pem);
  return host;
}

const audit::Finding& only(const audit::Snapshot& snapshot) {
  REQUIRE(snapshot.findings.size() == 1);
  return snapshot.findings.front();
}

TEST_CASE("unreadable here: a CA bundle or CRL that nginx can read is no refusal") {
  for (const char* path : {kBundle, kCrl}) {
    for (const auto code :
         {base::ErrorCode::kPermission, base::ErrorCode::kTooLarge, base::ErrorCode::kStuck}) {
      CAPTURE(path, word(code));
      Host host = watched_host();
      REQUIRE(host.scratch()->servers.front()->verdicts.front().accepted);
      host.disk.fault(path, code);
      const auto snapshot = host.scratch();
      CAPTURE(ids(*snapshot));
      const audit::Finding& finding = only(*snapshot);
      CHECK(finding.kind == kUnreadableByExporter);
      CHECK(finding.severity == Severity::kWarning);
      CHECK(finding.path == path);
      CHECK(finding.at);
      CHECK(snapshot->nginx_errors().empty());
      const audit::ServerAudit& server = *snapshot->servers.front();
      REQUIRE(server.verdicts.size() == 1);
      CHECK(server.verdicts.front().is_judged == false);
      CHECK_THAT(server.verdicts.front().undecidable, Catch::Contains(path));
      CHECK(server.enforced == true);  // whatever the CAs are
    }
  }
}

TEST_CASE("unreadable here: of a bundle nothing else is said, of a CRL what the CAs tell") {
  Host host = watched_host();
  host.disk.put(kBundle, mint_valid(ca_spec("CN=Old"), days{-9}, days{9}).certificate_pem);
  host.disk.fault(kCrl, base::ErrorCode::kPermission);
  CHECK(has(*host.scratch(), kCaExpiresSoon));
  CHECK(host.scratch()->servers.front()->trust_until == kT0 + days{9});
  host.disk.fault(kBundle, base::ErrorCode::kPermission);
  CHECK(ids(*host.scratch()) ==
        std::vector<std::string>{"unreadable-by-exporter", "unreadable-by-exporter"});
  CHECK_FALSE(host.scratch()->servers.front()->trust_until);
}

TEST_CASE("unreadable here: a file of the configuration is not what nginx refuses") {
  Host host;
  host.conf(http_server(kVerifyOn) + "include more.conf;\n");
  host.disk.put(kMore, "");
  const auto good = host.scratch();
  host.disk.fault(kMore, base::ErrorCode::kPermission);
  audit::Changes changes;
  changes.paths = {kMore};
  for (const auto& snapshot : {host.scratch(), host.after(good, changes)}) {
    CHECK_FALSE(has(*snapshot, kNginxRefusesConfig));
    const auto found =
        std::ranges::find(snapshot->findings, kUnreadableByExporter, &audit::Finding::kind);
    REQUIRE(found != snapshot->findings.end());
    CHECK(found->path == kMore);
    REQUIRE(found->at);
    CHECK(snapshot->config->document->path_of(found->at->file) == kConf);
    CHECK(found->at->line == 5);
    CHECK_THAT(found->detail, Catch::Contains("an nginx whose master runs as root can read it"));
  }
}

TEST_CASE("unreadable here: with code in the handshake no canary is refused or let in for sure") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + " ssl_certificate_by_lua_block { x }"));
  for (const auto expect : {audit::Expect::kAccept, audit::Expect::kReject}) {
    const bool is_known = expect == audit::Expect::kReject;
    host.canary(is_known ? minted().client.certificate_pem : minted().other_client.certificate_pem,
                expect);
    const auto snapshot = host.scratch();
    CAPTURE(ids(*snapshot));
    CHECK_FALSE(has(*snapshot, kCanaryRejected));
    CHECK_FALSE(has(*snapshot, kCanaryWronglyAccepted));
    REQUIRE(snapshot->servers.front()->verdicts.size() == 1);
    CHECK(snapshot->servers.front()->verdicts.front().is_judged == false);
    CHECK_THAT(snapshot->servers.front()->verdicts.front().undecidable,
               Catch::Contains("ssl_certificate_by_lua_block"));
  }
}

}  // namespace
}  // namespace mtls::audit_fixture
