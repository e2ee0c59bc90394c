// Findings about the CRLs of a server block: each with a neighbour that must stay silent.
#include <catch2/catch.hpp>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;

std::string pem(const Minted& minted) { return minted.certificate_pem; }
void bundle(Host& host, const std::string& text) { host.disk.put(kBundle, text); }

void crl(Host& host, const std::string& text) {
  host.conf(http_server(std::string(kVerifyOn) + " ssl_crl clients.crl;"));
  host.disk.put(kCrl, text);
}

}  // namespace

std::vector<Case> crl_cases() {
  const auto file = [](const std::string& text) { return [=](Host& host) { crl(host, text); }; };
  const std::string stale = minted().crl(minted().root, days{-9}, days{0});
  const std::string fresh = minted().crl(minted().root);
  const auto scoped = [](const std::string& scope, std::vector<const Minted*> revoked = {}) {
    return testing::mint_crl({.issuer = &minted().root,
                              .this_update = kT0 - days{1},
                              .next_update = kT0 + days{27},
                              .revoked = std::move(revoked),
                              .scope = scope});
  };
  const std::string users = scoped("critical,onlyuser:TRUE");
  const std::string authorities = scoped("critical,onlyCA:TRUE");
  const std::string point = scoped("critical,fullname:URI:http://c.test/r.crl");
  const std::string indirect = scoped("critical,indirectCRL:TRUE");
  const std::string reasons = scoped("critical,onlysomereasons:keyCompromise");
  const std::string attributes = scoped("critical,onlyAA:TRUE", {&minted().client});
  const std::string delta = testing::mint_crl({.issuer = &minted().root,
                                               .this_update = kT0 - days{1},
                                               .next_update = kT0 + days{27},
                                               .revoked = {},
                                               .delta = true});
  const auto on_openssl = [](config::Version release, const std::string& text) {
    return [=](Host& host) {
      host.policy.build.openssl = release;
      crl(host, text);
    };
  };
  constexpr config::Version kPassesDeltas{3, 0, 22};
  constexpr config::Version kTakesDeltas{3, 0, 21};
  const auto with_intermediate = [](const std::string& root_list) {
    return [=](Host& host) {
      bundle(host, pem(minted().root) + pem(minted().intermediate));
      crl(host, minted().crl(minted().intermediate) + root_list);
    };
  };
  const std::string ahead = minted().crl(minted().root, days{1}, days{90});
  return {
      {kCrlStale, Effect::kFires, "next_update is this second", file(stale)},
      {kCrlStale, Effect::kSilent, "a fresh one beside it, in either order (R3.33)",
       file(stale + fresh)},
      {kCrlStale, Effect::kFires, "a fresh delta hides nothing (R9.14)",
       on_openssl(kPassesDeltas, delta + stale)},
      {kCrlStale, Effect::kSilent, "a fresh delta is taken for a full list (R9.14)",
       on_openssl(kTakesDeltas, delta + stale)},
      {kCrlStale, Effect::kFires, "a fresh scoped one hides nothing", file(stale + authorities)},
      {kCrlStale, Effect::kFires, "nor does one for a distribution point", file(point + stale)},
      {kCrlStale, Effect::kSilent, "one for users and one for CAs take over",
       file(users + stale + authorities)},
      {kCrlOutOfScope, Effect::kFires, "the root's is for users, and the root is a CA",
       file(users)},
      {kCrlOutOfScope, Effect::kFires, "for CAs only, and the root has clients", file(authorities)},
      {kCrlOutOfScope, Effect::kSilent, "for CAs only, and the root has an intermediate",
       with_intermediate(authorities)},
      {kCrlOutOfScope, Effect::kFires, "for users, above an intermediate",
       with_intermediate(users)},
      {kCrlOutOfScope, Effect::kSilent, "a list for each", file(users + authorities)},
      {kCrlOutOfScope, Effect::kFires, "a distribution point that the root lacks", file(point)},
      {kCrlOutOfScope, Effect::kFires, "an indirect one", file(indirect)},
      {kCrlOutOfScope, Effect::kFires, "one for some reasons", file(reasons)},
      {kCrlOutOfScope, Effect::kFires, "a delta alone", on_openssl(kPassesDeltas, delta)},
      {kCrlOutOfScope, Effect::kFires, "a delta alone that is taken for a full list",
       on_openssl(kTakesDeltas, delta)},
      {kCrlOutOfScope, Effect::kFires, "what one for attributes revokes goes unseen",
       file(fresh + attributes)},
      {kCrlOutOfScope, Effect::kSilent, "a distribution point that clients may name",
       [](Host& host) {
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().root) +
                       testing::mint_crl({.issuer = &minted().intermediate,
                                          .revoked = {},
                                          .scope = "critical,fullname:URI:http://c.test/1.crl"}));
       }},
      {kCrlOutOfScope, Effect::kFires, "a known client names another",
       [](Host& host) {
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().root) +
                       testing::mint_crl({.issuer = &minted().intermediate,
                                          .revoked = {},
                                          .scope = "critical,fullname:URI:http://c.test/1.crl"}));
         CertificateSpec client = client_spec("CN=c", minted().intermediate);
         client.crl_points = "URI:http://c.test/2.crl";
         host.canary(pem(testing::mint(client)));
       }},
      {kCrlStale, Effect::kFires, "one partition of several",
       [](Host& host) {
         const auto part = [](const std::string& url, days until) {
           return testing::mint_crl({.issuer = &minted().intermediate,
                                     .this_update = kT0 - days{9},
                                     .next_update = kT0 + until,
                                     .revoked = {},
                                     .scope = "critical,fullname:URI:http://c.test/" + url});
         };
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().root) + part("1", days{30}) + part("2", days{-1}));
       }},
      {kCrlMissingIssuer, Effect::kSilent, "there is one, only out of scope", file(users)},
      {kCrlExpiresSoon, Effect::kFires, "three quarters of its life are over",
       file(minted().crl(minted().root, days{-3}, days{1}))},
      {kCrlExpiresSoon, Effect::kSilent, "half of it is",
       file(minted().crl(minted().root, days{-2}, days{2}))},
      {kCrlNotYetValid, Effect::kFires, "this_update is tomorrow", file(ahead)},
      {kCrlNotYetValid, Effect::kSilent, "one in force beside it", file(ahead + fresh)},
      {kCrlMissingIssuer, Effect::kFires, "the CRL of another CA",
       file(minted().crl(minted().other_root))},
      {kCrlMissingIssuer, Effect::kFires, "no CRL of the root above the intermediate (R3.33)",
       [](Host& host) {
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().intermediate));
       }},
      {kCrlMissingIssuer, Effect::kSilent, "a CRL of each",
       [=](Host& host) {
         bundle(host, pem(minted().root) + pem(minted().intermediate));
         crl(host, minted().crl(minted().intermediate) + fresh);
       }},
      {kCrlWrongSigner, Effect::kFires, "another key under the CA's name",
       file(minted().crl(testing::mint_root("CN=Root A")))},
      {kCrlWrongSigner, Effect::kSilent, "the CA's own, beside that of a CA nobody trusts",
       file(fresh + minted().crl(minted().other_root))},
      {kCrlWrongSigner, Effect::kSilent, "the renewed CA keeps its key",
       [=](Host& host) {
         CertificateSpec renewed = ca_spec("CN=Root A");
         renewed.same_key_as = &minted().root;
         bundle(host, pem(mint_valid(renewed, days{-1}, days{900})));
         crl(host, fresh);
       }},
      {kCrlMissingIssuer, Effect::kSilent, "no ssl_crl, no demand",
       [](Host& host) { bundle(host, pem(minted().root) + pem(minted().intermediate)); }},
  };
}

TEST_CASE("findings: a CA whose only CRL is out of scope is one without a CRL") {
  const auto missing = [](const std::string& scope) {
    Host host;
    crl(host, testing::mint_crl({.issuer = &minted().root, .revoked = {}, .scope = scope}));
    host.canary(pem(minted().client));
    const auto snapshot = host.scratch();
    const audit::ServerAudit& server = *snapshot->servers.at(0);
    return std::pair(server.crl_missing_issuers, server.verdicts.at(0).code);
  };
  CHECK(missing("") == std::pair(std::size_t{0}, 0));
  CHECK(missing("critical,onlyuser:TRUE") == std::pair(std::size_t{1}, 3));
  CHECK(missing("critical,onlyCA:TRUE") == std::pair(std::size_t{1}, 3));
  CHECK(missing("critical,onlyAA:TRUE") == std::pair(std::size_t{1}, 3));
  CHECK(missing("critical,fullname:URI:http://c.test/r") == std::pair(std::size_t{1}, 3));
}

TEST_CASE("findings: the severity of a CRL that does not count follows what it does") {
  const std::string fresh = minted().crl(minted().root);
  using enum audit::Severity;
  using Weight = std::pair<audit::Severity, std::optional<audit::Effect>>;
  const auto told = [&](config::Version release, const std::string& text) {
    Host host;
    host.policy.build.openssl = release;
    crl(host, text);
    std::vector<Weight> found;
    for (const audit::Finding& finding : findings_of(*host.scratch())) {
      if (finding.kind == kCrlOutOfScope) found.emplace_back(finding.severity, finding.effect);
    }
    return found;
  };
  const auto list = [](days from, bool is_delta, std::vector<const Minted*> revoked) {
    return minted().list(from, is_delta, std::move(revoked));
  };
  const auto delta = [&](std::vector<const Minted*> revoked) {
    return list(days{-1}, true, std::move(revoked));
  };
  using enum audit::Effect;
  constexpr config::Version kPasses{3, 0, 22};  // passes over deltas (R9.14)
  CHECK(told(kPasses, delta({})) == std::vector{Weight(kCritical, std::nullopt)});
  CHECK(told(kPasses, fresh + delta({})) == std::vector{Weight(kInfo, kNone)});
  CHECK(told(kPasses, fresh + delta({&minted().client})) == std::vector{Weight(kWarning, kNone)});

  constexpr config::Version kTakes{3, 0, 21};  // takes them for full lists
  const std::string older = list(days{-2}, false, {&minted().client});
  CHECK(told(kTakes, delta({})) == std::vector{Weight(kWarning, kNone)});
  CHECK(told(kTakes, older + delta({})) == std::vector{Weight(kCritical, kLetsIn)});
  CHECK(told(kTakes, delta({}) + older) == std::vector{Weight(kCritical, kLetsIn)});
  CHECK(told(kTakes, list(days{-2}, false, {}) + delta({})) ==
        std::vector{Weight(kWarning, kNone)});
  const std::string newer = list(days{0}, false, {&minted().client});
  CHECK(told(kTakes, newer + delta({})) == std::vector{Weight(kWarning, kNone)});
  CHECK(told(kPasses, older + delta({})) == std::vector{Weight(kInfo, kNone)});
}

}  // namespace mtls::audit_fixture
