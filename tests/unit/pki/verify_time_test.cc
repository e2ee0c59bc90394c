// Revocation lists, and what time alone changes.
#include "pki/verify.h"

#include "tests/unit/pki/trials.h"

using namespace mtls;
using namespace mtls::pki_trials;
using namespace std::chrono_literals;

TEST_CASE(
    "verify: every certificate of the chain needs a CRL, the root too (R3.33, R6.16 to R6.19)") {
  const Tree& t = tree();
  const Minted leaf = mint(client_spec(t.first));
  const auto crl = [](const Minted& issuer, std::vector<const Minted*> revoked = {}) {
    return testing::mint_crl({.issuer = &issuer, .revoked = std::move(revoked)});
  };
  const auto stale = [](const Minted& issuer, std::vector<const Minted*> revoked = {}) {
    return testing::mint_crl({.issuer = &issuer,
                              .this_update = kT0 - days{9},
                              .next_update = kT0 - days{2},
                              .revoked = std::move(revoked)});
  };
  const std::string early = testing::mint_crl({.issuer = &t.root,
                                               .this_update = kT0 + days{1},
                                               .next_update = kT0 + days{9},
                                               .revoked = {}});
  const std::string endless =
      testing::mint_crl({.issuer = &t.root, .next_update = std::nullopt, .revoked = {}});
  const std::string root = pem(t.root);
  const std::string sent = pem(leaf) + pem(t.first);
  const std::string both = crl(t.root) + crl(t.first);
  check({
      {"all there", root + both, sent, 0},
      {"only the root's", root + crl(t.root), sent, 3},
      {"only the intermediate's", root + crl(t.first), sent, 3},
      {"only another CA's", root + crl(t.other), sent, 3},
      {"the root's expired", root + stale(t.root) + crl(t.first), sent, 12},
      {"the intermediate's expired", root + crl(t.root) + stale(t.first), sent, 12},
      {"the root's not yet valid", root + early + crl(t.first), sent, 11},
      {"the root's without an end", root + endless + crl(t.first), sent, 0},
      {"leaf revoked", root + crl(t.root) + crl(t.first, {&leaf}), sent, 23},
      {"intermediate revoked", root + crl(t.root, {&t.first}) + crl(t.first), sent, 23},
      {"expired, then fresh", root + stale(t.root) + both, sent, 0},
      {"fresh, then expired", root + both + stale(t.root), sent, 0},
      {"pinned self-signed leaf", pem(t.own) + crl(t.root), pem(t.own), 3},
      {"client of an unknown CA", pem(t.other) + crl(t.other), pem(leaf), 21},
      {"revoked in an expired list of the one root", root + stale(t.root), client_of(t.root), 12},
  });
}

TEST_CASE("verify: CRLs in the store do nothing unless checking is on (R3.34)") {
  const Tree& t = tree();
  const Minted leaf = mint(client_spec(t.root));
  const auto material = mtls::pki::parse_material(
      pem(t.root) + testing::mint_crl({.issuer = &t.root, .revoked = {&leaf}}));
  const auto chain = mtls::pki::parse_material(pem(leaf)).certificates;
  const auto code = [&](bool check_crls) {
    return mtls::pki::TrustStore(material.certificates, material.revocation_lists, check_crls)
        .verify(chain, {}, kT0)
        .code;
  };
  CHECK(code(/*check_crls=*/false) == 0);
  CHECK(code(/*check_crls=*/true) == 23);
}

TEST_CASE("verify: a leaf is valid from its not_before on and expired at its not_after") {
  const Tree& t = tree();
  CertificateSpec spec = client_spec(t.root);
  spec.not_before = kT0;
  spec.not_after = kT0 + 1h;
  const std::string leaf = pem(mint(spec));
  const auto root = mtls::pki::parse_material(pem(t.root));
  const std::vector<std::pair<base::sys_seconds, int>> table{
      {kT0 - 1s, 9},      {kT0, 0},       {kT0 + 1s, 0},
      {kT0 + 1h - 1s, 0}, {kT0 + 1h, 10}, {kT0 + 1h + 1s, 10},
  };
  for (const auto& [at, code] : table) {
    INFO(base::rfc3339(at));
    CHECK(code_of(root, leaf, {}, at) == code);
  }
}

TEST_CASE("verify: a CRL is valid from its this_update on and expired at its next_update") {
  const Tree& t = tree();
  const std::string crl = testing::mint_crl(
      {.issuer = &t.root, .this_update = kT0, .next_update = kT0 + 1h, .revoked = {}});
  const auto trusted = mtls::pki::parse_material(pem(t.root) + crl);
  const std::string leaf = client_of(t.root);
  const std::vector<std::pair<base::sys_seconds, int>> table{
      {kT0 - 1s, 11},     {kT0, 0},       {kT0 + 1s, 0},
      {kT0 + 1h - 1s, 0}, {kT0 + 1h, 12}, {kT0 + 1h + 1s, 12},
  };
  for (const auto& [at, code] : table) {
    INFO(base::rfc3339(at));
    CHECK(code_of(trusted, leaf, {}, at) == code);
  }
}

TEST_CASE(
    "verify: instants of change are all dates after the given one, sorted and each only once") {
  const Tree& t = tree();
  CertificateSpec spec = client_spec(t.root);
  spec.not_before = kT0 + 10s;
  spec.not_after = kT0 + 30s;
  const auto leaf = mtls::pki::parse_material(pem(mint(spec)) + pem(mint(spec))).certificates;
  const auto lists = mtls::pki::parse_material(testing::mint_crl({.issuer = &t.root,
                                                                  .this_update = kT0 + 20s,
                                                                  .next_update = kT0 + 30s,
                                                                  .revoked = {}}))
                         .revocation_lists;
  using Instants = std::vector<base::sys_seconds>;
  CHECK(mtls::pki::instants_of_change(leaf, lists, kT0) ==
        Instants{kT0 + 10s, kT0 + 20s, kT0 + 30s});
  CHECK(mtls::pki::instants_of_change(leaf, lists, kT0 + 10s) == Instants{kT0 + 20s, kT0 + 30s});
  CHECK(mtls::pki::instants_of_change(leaf, lists, kT0 + 30s).empty());
}

TEST_CASE("verify: between two instants of change no verdict changes") {
  const Minted root = testing::mint_root("CN=R");
  CertificateSpec spec = client_spec(root);
  spec.not_before = kT0 - 5s;
  spec.not_after = kT0 + 40s;
  const std::string leaf = pem(mint(spec));
  const auto trusted = mtls::pki::parse_material(
      pem(root) +
      testing::mint_crl(
          {.issuer = &root, .this_update = kT0, .next_update = kT0 + 20s, .revoked = {}}) +
      testing::mint_crl(
          {.issuer = &root, .this_update = kT0 + 30s, .next_update = kT0 + 60s, .revoked = {}}));
  auto certificates = trusted.certificates;
  certificates.push_back(mtls::pki::parse_material(leaf).certificates[0]);
  for (auto at = kT0 - 10s; at < kT0 + 70s; at += 1s) {
    const auto instants = mtls::pki::instants_of_change(certificates, trusted.revocation_lists, at);
    if (!instants.empty() && instants.front() == at + 1s) continue;
    INFO(base::rfc3339(at));
    CHECK(code_of(trusted, leaf, {}, at) == code_of(trusted, leaf, {}, at + 1s));
  }
}
