// Findings that only a policy which asks for more, or for less, brings about.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;

void strict(Host& host, const std::string& conf) {
  host.policy.profile = audit::Profile::kStrict;
  host.conf(http(conf));
}

void away_from_host(Host& host) {
  host.policy.missing_files = audit::MissingFiles::kWarning;
  host.disk.remove(kBundle);
}

std::string asking(const std::string& more) {
  return server("a.test", std::string(kVerifyOn) + more);
}

const std::string kNotAsking = server("b.test", kCertificate);

std::vector<Case> strict_cases() {
  return {
      {kNoClientRevocation, Effect::kFires, "neither ssl_crl nor ssl_ocsp",
       [](Host& host) { strict(host, asking("")); }},
      {kNoClientRevocation, Effect::kSilent, "ssl_ocsp on",
       [](Host& host) { strict(host, asking("ssl_ocsp on;")); }},
      {kNoClientRevocation, Effect::kSilent, "ssl_crl",
       [](Host& host) {
         strict(host, asking("ssl_crl clients.crl;"));
         host.disk.put(kCrl, minted().crl(minted().root));
       }},
      {kNoClientRevocation, Effect::kSilent, "the default profile",
       [](Host& host) { host.conf(http(asking(""))); }},
      {kVerifyClientOffWithCa, Effect::kFires, "strict: TLS that asks nobody",
       [](Host& host) { strict(host, asking("") + kNotAsking); }},
      {kVerifyClientOffWithCa, Effect::kSilent, "the default profile: no CA is configured",
       [](Host& host) { host.conf(http(asking("") + kNotAsking)); }},
      {kVerifyClientOffWithCa, Effect::kSilent, "strict: a block that serves nobody",
       [](Host& host) { strict(host, asking("") + server("b.test", "ssl_reject_handshake on;")); }},
  };
}

std::vector<Case> missing_file_cases() {
  return {
      {kFileMissing, Effect::kFires, "a bundle that is not here is a warning", away_from_host},
      {kFileMissing, Effect::kSilent, "on its host it is what nginx says",
       [](Host& host) { host.disk.remove(kBundle); }},
      {kNginxRefusesConfig, Effect::kSilent, "a bundle that is not here is excused",
       away_from_host},
      {kBundleUnreadable, Effect::kSilent, "a bundle that is not here is excused", away_from_host},
      {kNginxRefusesConfig, Effect::kFires, "a missing include is not excused",
       [](Host& host) {
         away_from_host(host);
         host.conf(http("include none.conf;"));
       }},
  };
}

}  // namespace

std::vector<Case> profile_cases() {
  std::vector<Case> all = strict_cases();
  const std::vector<Case> missing = missing_file_cases();
  all.insert(all.end(), missing.begin(), missing.end());
  return all;
}

TEST_CASE("findings: depth-below-two names the client and the depth, strict makes it a warning") {
  Host host;
  const Minted second = testing::mint_intermediate("CN=Issuing A2", minted().intermediate);
  const Minted third = testing::mint_intermediate("CN=Issuing A3", second);
  host.canary(testing::mint_client("CN=c", third).certificate_pem + third.certificate_pem +
              second.certificate_pem + minted().intermediate.certificate_pem);
  host.conf(http(asking("ssl_verify_depth 1;")));
  const auto found = [&] {
    const std::vector<audit::Finding> findings = findings_of(*host.scratch());
    const auto at = std::find_if(findings.begin(), findings.end(), [](const auto& finding) {
      return finding.kind == kDepthBelowTwo;
    });
    REQUIRE(at != findings.end());
    return *at;
  };
  CHECK(found().severity == audit::Severity::kInfo);
  CHECK(found().detail ==
        "ssl_verify_depth is 1, the known client probe needs 3 for the CAs that it sends");
  CHECK(found().remedy == "Set ssl_verify_depth 3.");
  host.policy.profile = audit::Profile::kStrict;
  CHECK(found().severity == audit::Severity::kWarning);
  host.policy.canaries.clear();
  CHECK(found().detail == "ssl_verify_depth is 1");
  CHECK(found().severity == audit::Severity::kWarning);
}

TEST_CASE("rule settings: a disabled rule is silent, another severity is the finding's") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + minted().root.certificate_pem);
  host.conf(http(server("a.test", std::string(kVerifyOn) + " server_tokens on;")));
  const auto severities = [&] {
    std::map<std::string, audit::Severity> said;
    for (const audit::Finding& finding : findings_of(*host.scratch()))
      said.emplace(audit::rules::rule_of(finding.kind).id, finding.severity);
    return said;
  };
  using enum audit::Severity;
  using Said = std::map<std::string, audit::Severity>;
  CHECK(severities() == Said{{"duplicate-certificate", kInfo}, {"server-tokens-on", kInfo}});
  host.policy.rules.severities = {{kDuplicateCertificate, kCritical}, {kServerTokensOn, kWarning}};
  CHECK(severities() == Said{{"duplicate-certificate", kCritical}, {"server-tokens-on", kWarning}});
  host.policy.rules.disabled = {kDuplicateCertificate, kServerTokensOn};
  CHECK(severities().empty());
}

}  // namespace mtls::audit_fixture
