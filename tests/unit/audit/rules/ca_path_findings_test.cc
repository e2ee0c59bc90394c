// Findings about the paths through a trust store: renewals, cross certificates, CAs of one name and
// declared rotations (R9.11 to R9.13), each with a neighbour that must stay silent.
#include <catch2/catch.hpp>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;
using audit::Severity;

std::string pem(const Minted& minted) { return minted.certificate_pem; }

/// A CA that ended and its renewal with the same name and key; an issuer of each kind below it.
struct Renewed {
  Minted old = mint_valid(ca_spec("CN=Root R"), days{-900}, days{-1});
  Minted fresh = made_again(ca_spec("CN=Root R"), old);
  Minted usual = testing::mint_intermediate("CN=Usual", old);
  Minted pinned = pinning(ca_spec("CN=Pinned", &old));
  Minted client = testing::mint_client("CN=client", old);
  Minted pinned_client = pinning(client_spec("CN=pinned client", old));

  static Minted made_again(CertificateSpec spec, const Minted& of) {
    spec.same_key_as = &of;
    return mint_valid(spec, days{-10}, days{900});
  }
  static Minted pinning(CertificateSpec spec) {
    spec.pins_issuer = true;
    return mint_valid(spec, days{-10}, days{300});
  }
};

const Renewed& renewed() {
  static const Renewed kMade;
  return kMade;
}

/// A root, its cross certificate, and the root that signed that.
struct Crossed {
  Minted root = testing::mint_root("CN=Root X");
  Minted bridge = testing::mint_root("CN=Bridge");
  Minted short_bridge = mint_valid(ca_spec("CN=Short bridge"), days{-30}, days{100});
  Minted cross = crossed(bridge);
  Minted short_cross = crossed(short_bridge);

  Minted crossed(const Minted& issuer) const {
    CertificateSpec spec = ca_spec("CN=Root X", &issuer);
    spec.same_key_as = &root;
    return testing::mint(spec);
  }
};

const Crossed& crossed() {
  static const Crossed kMade;
  return kMade;
}

Minted nameless(const std::string& subject) {
  CertificateSpec spec = ca_spec(subject);
  spec.key_identifiers = false;
  return testing::mint(spec);
}

using Change = std::function<void(Host&)>;

Change bundle(const std::vector<Minted>& certificates) {
  std::string text;
  for (const Minted& one : certificates) text += pem(one);
  return [=](Host& host) { host.disk.put(kBundle, text); };
}

Change bundle_and_client(const std::vector<Minted>& certificates, const Minted& client,
                         audit::Expect expect = audit::Expect::kAccept) {
  const Change change = bundle(certificates);
  return [=](Host& host) {
    change(host);
    host.canary(pem(client), expect);
  };
}

std::string hex_of(const Minted& minted) {
  return pki::parse_material(pem(minted)).certificates.front().facts().fingerprint.hex();
}

Change declared(const std::vector<Minted>& certificates, const audit::RotationSetting& rotation) {
  const Change change = bundle(certificates);
  return [=](Host& host) {
    change(host);
    host.disk.put("/etc/nginx/next.pem", pem(certificates.back()));
    host.policy.rotations = {rotation};
  };
}

std::vector<Case> renewal_cases() {
  const auto& [old, fresh, usual, pinned, client, pinned_client] = renewed();
  using audit::Expect;
  return {
      {kCaExpired, Effect::kFires, "an intermediate names the old one's serial number (R9.11)",
       bundle({old, fresh, pinned})},
      {kCaSupersededExpired, Effect::kSilent, "then removal is not advised",
       bundle({old, fresh, pinned})},
      {kCaExpired, Effect::kSilent, "an intermediate names the key alone",
       bundle({old, fresh, usual})},
      {kCaSupersededExpired, Effect::kFires, "then the old one can go",
       bundle({old, fresh, usual})},
      {kCaExpired, Effect::kFires, "a known client names the serial number",
       bundle_and_client({old, fresh}, pinned_client)},
      {kCaSupersededExpired, Effect::kSilent, "then removal is not advised either",
       bundle_and_client({old, fresh}, pinned_client)},
      {kCaExpired, Effect::kSilent, "a known client names the key alone",
       bundle_and_client({old, fresh}, client)},
      {kCaExpired, Effect::kSilent, "a client that must be refused needs nothing",
       bundle_and_client({old, fresh}, pinned_client, Expect::kReject)},
      {kCaExpired, Effect::kFires, "the pinned root stands in ssl_trusted_certificate",
       [](Host& host) {
         host.conf(http_server(std::string(kVerifyOn) + " ssl_trusted_certificate trusted.pem;"));
         host.disk.put(kBundle, pem(renewed().pinned) + pem(renewed().fresh));
         host.disk.put(kTrusted, pem(renewed().old));
       }},
  };
}

std::vector<Case> order_cases() {
  const auto& [root, bridge, short_bridge, cross, short_cross] = crossed();
  const Minted below = testing::mint_intermediate("CN=Below", root);
  CertificateSpec spec = ca_spec("CN=Root X", &bridge);
  spec.same_key_as = &root;
  const Minted ended = mint_valid(spec, days{-90}, days{-1});
  const Minted a = nameless("CN=Twin");
  const Minted b = nameless("CN=Twin");
  const Minted c = testing::mint_root("CN=Twin");
  const Minted d = testing::mint_root("CN=Twin");
  CertificateSpec blank = client_spec("CN=blank", d);
  blank.key_identifiers = false;
  return {
      {kCrossCertificateFirst, Effect::kFires, "the cross certificate leads nowhere",
       bundle({cross, root})},
      {kBundleMissingRoot, Effect::kSilent, "one finding for one cause", bundle({cross, root})},
      {kCrossCertificateFirst, Effect::kSilent, "the self-signed one stands first",
       bundle({root, cross})},
      {kBundleMissingRoot, Effect::kSilent, "an order that harms nobody",
       bundle({root, cross, below})},
      {kBundleMissingRoot, Effect::kFires, "the cross certificate alone", bundle({cross})},
      {kCrossCertificateFirst, Effect::kSilent, "the root above it is there and lasts",
       bundle({cross, root, bridge})},
      {kCrossCertificateFirst, Effect::kFires, "the root above it ends first",
       bundle({short_cross, root, short_bridge})},
      {kCrossCertificateFirst, Effect::kSilent, "OpenSSL skips what has ended (R6.44)",
       bundle({ended, root})},
      {kBundleMissingRoot, Effect::kSilent, "and nobody is refused", bundle({ended, root})},
      {kSameNameCas, Effect::kFires, "no CA has a key identifier", bundle({a, b})},
      {kSameNameCas, Effect::kSilent, "both have, and so may their clients", bundle({c, d})},
      {kSameNameCas, Effect::kFires, "one has none, so it fits everybody", bundle({a, c})},
      {kSameNameCas, Effect::kFires, "a known client has no key identifier",
       bundle_and_client({c, d}, testing::mint(blank))},
      {kSameNameCas, Effect::kSilent, "a renewal keeps its key",
       bundle({root, Renewed::made_again(ca_spec("CN=Root X"), root)})},
  };
}

std::vector<Case> rotation_cases() {
  const Minted old = mint_valid(ca_spec("CN=Old"), days{-900}, days{20});
  const Minted next = mint_valid(ca_spec("CN=New"), days{-1}, days{900});
  const Minted short_lived = mint_valid(ca_spec("CN=Short"), days{-1}, days{10});
  const Minted gone = mint_valid(ca_spec("CN=Gone"), days{-900}, days{-1});
  const audit::RotationSetting by_file{.from = {.fingerprint = hex_of(old)},
                                       .to = {.path = "/etc/nginx/next.pem"}};
  const audit::RotationSetting by_label{.from = {.fingerprint = hex_of(old).substr(0, 16)},
                                        .to = {.fingerprint = hex_of(next)}};
  const audit::RotationSetting of_another{.from = {.fingerprint = hex_of(next)},
                                          .to = {.fingerprint = hex_of(old)}};
  const audit::RotationSetting of_gone{.from = {.fingerprint = hex_of(gone)},
                                       .to = {.fingerprint = hex_of(next)}};
  return {
      {kCaExpiresSoon, Effect::kFires, "another name and key, not declared", bundle({old, next})},
      {kBundleMissingSuccessor, Effect::kFires, "not declared either", bundle({old, next})},
      {kCaExpiresSoon, Effect::kSilent, "declared, the new one by its file",
       declared({old, next}, by_file)},
      {kBundleMissingSuccessor, Effect::kSilent, "declared by fingerprints",
       declared({old, next}, by_label)},
      {kCaExpiresSoon, Effect::kFires, "the declared successor is not there",
       declared({old}, by_label)},
      {kBundleMissingSuccessor, Effect::kFires, "nor is it here", declared({old}, by_label)},
      {kCaExpiresSoon, Effect::kFires, "the declared successor ends sooner",
       declared({old, short_lived}, by_file)},
      {kBundleMissingSuccessor, Effect::kFires, "declared the other way round",
       declared({old, next}, of_another)},
      {kCaExpired, Effect::kSilent, "it has ended, its declared successor is in force",
       declared({gone, next}, of_gone)},
      {kCaSupersededExpired, Effect::kFires, "then it can go", declared({gone, next}, of_gone)},
      {kCaExpired, Effect::kFires, "ended, nothing declared", bundle({gone, next})},
  };
}

Severity severity_of(Host& host, FindingKind kind) {
  for (const audit::Finding& finding : findings_of(*host.scratch())) {
    if (finding.kind == kind) return finding.severity;
  }
  FAIL("silent");
  return Severity::kInfo;
}

}  // namespace

std::vector<Case> ca_path_cases() {
  std::vector<Case> all;
  for (const auto& group : {renewal_cases(), order_cases(), rotation_cases()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

TEST_CASE("findings: the severity of an order follows what it does") {
  const auto& [root, bridge, short_bridge, cross, short_cross] = crossed();
  Host host;
  bundle({cross, root})(host);
  CHECK(severity_of(host, kCrossCertificateFirst) == Severity::kCritical);
  bundle({short_cross, root, short_bridge})(host);
  CHECK(severity_of(host, kCrossCertificateFirst) == Severity::kWarning);
  bundle({nameless("CN=Twin"), nameless("CN=Twin")})(host);
  CHECK(severity_of(host, kSameNameCas) == Severity::kCritical);
}

TEST_CASE("findings: a CA that is still needed is no longer droppable, and bundles say so") {
  const auto& [old, fresh, usual, pinned, client, pinned_client] = renewed();
  Host host;
  bundle({old, fresh, pinned})(host);
  const auto needed = host.scratch();
  CHECK_FALSE(needed->servers.at(0)->rotation.at(0).droppable);
  CHECK(needed->bundles.at(kBundle)->problems.at(
            static_cast<std::size_t>(audit::Problem::kExpiredNeeded)) == 1);
  CHECK(*needed->servers.at(0)->trust_until < kT0);
  bundle({old, fresh, usual})(host);
  const auto idle = host.scratch();
  CHECK(idle->servers.at(0)->rotation.at(0).droppable);
  CHECK(idle->bundles.at(kBundle)->problems.at(
            static_cast<std::size_t>(audit::Problem::kExpiredNeeded)) == 0);
  CHECK(*idle->servers.at(0)->trust_until > kT0);
}

TEST_CASE("findings: a cross certificate that harms nobody leaves its file verified") {
  Host host;
  bundle({crossed().root, crossed().cross})(host);
  CHECK(host.scratch()->bundles.at(kBundle)->verified);
  CHECK(ids(*host.scratch()).empty());
  bundle({crossed().cross, crossed().root})(host);
  CHECK_FALSE(host.scratch()->bundles.at(kBundle)->verified);
}

}  // namespace mtls::audit_fixture
