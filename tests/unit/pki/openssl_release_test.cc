// What another OpenSSL than the one here says: releases on both sides of 3.5 and 3.6, whichever is
// linked (R9.4, R9.17, R9.18).
#include "pki/openssl_release.h"

#include <catch2/catch.hpp>

#include "pki/client_key.h"
#include "tests/support/der.h"
#include "tests/unit/pki/trials.h"

using namespace mtls;
using namespace mtls::pki_trials;
namespace der = mtls::testing::der;
using pki::OpensslRelease;
using pki::Signing;

namespace {

constexpr OpensslRelease k30{3, 0};
constexpr OpensslRelease k35{3, 5};
constexpr OpensslRelease k36{3, 6};
constexpr OpensslRelease k40{4, 0};

constexpr std::string_view kMlDsa65 = "2.16.840.1.101.3.4.3.18";
constexpr std::string_view kSlhDsa = "2.16.840.1.101.3.4.3.20";

/// A certificate with a key of the algorithm, which no OpenSSL needs to know.
std::string pem_with_key(std::string_view algorithm, std::string_view subject = "leaf") {
  return der::certificate_pem(
      {.subject = der::named(subject),
       .public_key = der::public_key(der::sequence({der::oid(algorithm)}), der::numbered(32, 5))});
}

pki::Certificate one(const std::string& pem) {
  return pki::parse_material(pem).certificates.front();
}

}  // namespace

TEST_CASE("release: what the releases of August 2026 changed (R2.39, R9.14)") {
  const struct {
    OpensslRelease release;
    bool takes_deltas;
    std::optional<bool> checks_digests;
  } table[] = {
      {{1, 1, 1}, true, true},   {{3, 0, 0}, true, true},   {{3, 0, 19}, true, true},
      {{3, 0, 21}, true, true},  {{3, 0, 22}, false, true}, {{3, 1, 9}, true, true},
      {{3, 3, 9}, true, true},   {{3, 4, 6}, true, true},   {{3, 4, 7}, false, std::nullopt},
      {{3, 5, 7}, true, true},   {{3, 5, 8}, false, false}, {{3, 6, 3}, true, true},
      {{3, 6, 4}, false, false}, {{4, 0, 1}, true, true},   {{4, 0, 2}, false, false},
      {{4, 1, 0}, false, false}, {{5, 0, 0}, false, false},
  };
  for (const auto& row : table) {
    INFO(to_string(row.release));
    CHECK(takes_deltas_for_full(row.release) == row.takes_deltas);
    CHECK(checks_served_digests(row.release) == row.checks_digests);
  }
  CHECK(to_string(OpensslRelease{3, 5, 9}) == "3.5.9");
  CHECK(to_string(k35) == "3.5");
}

TEST_CASE("release: the text of 9 is another one since 3.6 (R9.17)") {
  CHECK(pki::verify_text(9, k30) == "certificate is not yet valid");
  CHECK(pki::verify_text(9, k35) == "certificate is not yet valid");
  const std::string since_36 = "certificate is not yet valid or the system clock is incorrect";
  CHECK(pki::verify_text(9, k36) == since_36);
  CHECK(pki::verify_text(9, k40) == since_36);
  CHECK(pki::verify_text(10, k36) == "certificate has expired");
  const std::string early = pem(mint([] {
    CertificateSpec spec = client_spec(tree().root);
    spec.not_before = kT0 + days{1};
    return spec;
  }()));
  const pki::TrustStore store(pki::parse_material(pem(tree().root)).certificates, {}, false);
  const auto reason = [&](OpensslRelease release) {
    return store.verify(pki::parse_material(early).certificates, {.release = release}, kT0).reason;
  };
  CHECK(reason(k35) == "certificate is not yet valid");
  CHECK(reason(k36) == since_36);
}

TEST_CASE("release: 3.6 asks for no CRL about a self-signed certificate (R9.17)") {
  const Tree& t = tree();
  const Minted leaf = mint(client_spec(t.root));
  const Minted no_crl_sign = mint([] {
    CertificateSpec spec = ca_spec("CN=No CRLs");
    spec.key_usage = "critical,keyCertSign";
    return spec;
  }());
  const auto crl = [](const Minted& issuer, std::vector<const Minted*> revoked, days from,
                      days until) {
    return testing::mint_crl({.issuer = &issuer,
                              .this_update = kT0 + from,
                              .next_update = kT0 + until,
                              .revoked = std::move(revoked)});
  };
  const auto stale = [&](std::vector<const Minted*> revoked) {
    return crl(t.root, std::move(revoked), days{-9}, days{-2});
  };
  const auto early = [&](std::vector<const Minted*> revoked) {
    return crl(t.root, std::move(revoked), days{1}, days{9});
  };
  const Minted imposter = mint([] {
    CertificateSpec spec = ca_spec("CN=Root");
    spec.same_key_as = nullptr;
    return spec;
  }());
  testing::CrlSpec forged{.issuer = &imposter, .revoked = {&leaf}};
  forged.key_identifier = false;
  const std::string root = pem(t.root);
  const std::string other = crl(t.other, {}, days{-1}, days{7});
  const struct {
    std::string name;
    std::string trusted;
    std::string sent;
    int before;
    int since;
  } table[] = {
      {"a self-signed client, trusted", pem(t.own) + other, pem(t.own), 3, 0},
      {"a self-signed client, unknown", root + other, pem(t.own), 3, 18},
      {"all fine", root + crl(t.root, {}, days{-1}, days{7}), pem(leaf), 0, 0},
      {"no CRL", root + other, pem(leaf), 3, 3},
      {"revoked", root + crl(t.root, {&leaf}, days{-1}, days{7}), pem(leaf), 23, 23},
      {"the root alone is revoked", root + crl(t.root, {&t.root}, days{-1}, days{7}), pem(leaf), 23,
       0},
      {"revoked in an expired list", root + stale({&leaf}), pem(leaf), 12, 23},
      {"not revoked in an expired list", root + stale({}), pem(leaf), 12, 12},
      {"revoked in a list of tomorrow", root + early({&leaf}), pem(leaf), 11, 23},
      {"revoked in a forged list", root + testing::mint_crl(forged), pem(leaf), 8, 23},
      {"the root may sign no CRL", pem(no_crl_sign) + crl(no_crl_sign, {}, days{-1}, days{7}),
       client_of(no_crl_sign), 35, 35},
      {"below an intermediate", root + crl(t.root, {}, days{-1}, days{7}), t.leaf + pem(t.first), 3,
       3},
      {"the list of the intermediate alone", root + crl(t.first, {}, days{-1}, days{7}),
       t.leaf + pem(t.first), 3, 3},
      {"a client of an unknown CA", pem(t.other) + other, pem(leaf), 21, 21},
  };
  for (const auto& row : table) {
    INFO(row.name << ", linked with " << to_string(pki::linked_openssl()));
    const auto code = [&](OpensslRelease release) {
      return code_of(pki::parse_material(row.trusted), row.sent,
                     {.depth = kDepth, .release = release});
    };
    CHECK(code(k30) == row.before);
    CHECK(code(k35) == row.before);
    CHECK(code(k36) == row.since);
    CHECK(code(k40) == row.since);
  }
}

TEST_CASE("release: a chain that was judged once is judged alike again") {
  const Tree& t = tree();
  const auto trusted =
      pki::parse_material(pem(t.own) + testing::mint_crl({.issuer = &t.other, .revoked = {}}));
  const pki::TrustStore store(trusted.certificates, trusted.revocation_lists, true);
  const auto chain = pki::parse_material(pem(t.own)).certificates;
  for (int i = 0; i < 3; ++i) {
    CHECK(store.verify(chain, {.release = k30}, kT0).code == 3);
    CHECK(store.verify(chain, {.release = k36}, kT0).code == 0);
    CHECK(store.verify(chain, {.release = k36}, kT0).chain_ends ==
          store.verify(chain, {.release = k30}, kT0).chain_ends);
  }
}

TEST_CASE("release: since 3.5 a block with a short time is not decoded (R9.18)") {
  const auto utc = [](std::string_view text) { return der::tlv(der::kUtcTime, text); };
  const auto general = [](std::string_view text) { return der::tlv(der::kGeneralizedTime, text); };
  const struct {
    der::Bytes time;
    std::string_view reason;
  } table[] = {
      {utc("300101000000Z"), ""},
      {utc("3001010000Z"), "utctime is too short"},
      {utc("300101000000"), "utctime is too short"},
      {utc(""), "utctime is too short"},
      {utc("300101000000+0100"), ""},
      {utc("300230000000Z"), ""},
      {general("20300101000000Z"), ""},
      {general("203001010000Z"), "generalizedtime is too short"},
      {general("20300101000000"), "generalizedtime is too short"},
      {general("20300101000000.5Z"), ""},
      {general("garbagegarbageg"), ""},
  };
  for (const auto& row : table) {
    for (const auto& [text, what, is_crl] :
         {std::tuple(der::certificate_pem({.not_before = row.time}), "not a certificate: ", false),
          std::tuple(der::certificate_pem({.not_after = row.time}), "not a certificate: ", false),
          std::tuple(der::crl_pem({.this_update = row.time}), "not a revocation list: ", true),
          std::tuple(der::crl_pem({.next_update = row.time}), "not a revocation list: ", true),
          std::tuple(der::crl_pem({.entries = der::sequence({der::integer(7), row.time})}),
                     "not a revocation list: ", true)}) {
      INFO(text);
      const auto count = [of_crls = is_crl](const pki::Material& material) {
        return of_crls ? material.revocation_lists.size() : material.certificates.size();
      };
      const pki::Material before = pki::parse_material(text, k30);
      CHECK(before.block_errors.empty());
      CHECK_FALSE(pki::has_short_time(before));
      CHECK(count(before) + before.unread.size() == 1);
      const bool is_readable = row.reason.empty() || pki::linked_openssl() < k35;
      CHECK(before.unread.empty() == is_readable);
      const pki::Material since = pki::parse_material(text, k35);
      CHECK(since.unread.empty());
      CHECK(pki::has_short_time(since) == !row.reason.empty());
      if (row.reason.empty()) {
        CHECK(count(since) == 1);
      } else {
        REQUIRE(since.block_errors.size() == 1);
        CHECK(since.block_errors.front().message == what + std::string(row.reason));
      }
    }
  }
}

TEST_CASE("release: ML-DSA and SLH-DSA are known since 3.5 (R9.4)") {
  CHECK(pki::late_algorithm(kMlDsa65).name == "ML-DSA-65");
  CHECK(pki::late_algorithm(kMlDsa65).since == k35);
  CHECK(pki::late_algorithm("2.16.840.1.101.3.4.3.31").name == "SLH-DSA-SHAKE-256f");
  for (const auto* oid : {"2.16.840.1.101.3.4.3.16", "2.16.840.1.101.3.4.3.32",
                          "2.16.840.1.101.3.4.3.170", "2.16.840.1.101.3.4.3.18x", "1.2.840", ""}) {
    INFO(oid);
    CHECK(pki::late_algorithm(oid).name.empty());
  }
  const bool is_ours = pki::linked_openssl() >= k35;
  const auto alone = [](const std::string& pem, OpensslRelease theirs) {
    return pki::algorithm_of_theirs_alone(one(pem), theirs);
  };
  CHECK(alone(pem_with_key(kMlDsa65), k30).empty());
  CHECK(alone(pem_with_key(kMlDsa65), k36) == (is_ours ? "" : "ML-DSA-65"));
  CHECK(alone(pem_with_key("1.2.3.4"), k36).empty());
  CHECK(alone(der::certificate_pem({.signed_with = der::sequence({der::oid(kSlhDsa)})}), k36) ==
        (is_ours ? "" : "SLH-DSA-SHA2-128s"));
}

TEST_CASE("release: which keys of clients sign in which version of TLS (R9.3)") {
  const auto minted = [](testing::KeyKind kind) {
    CertificateSpec spec = client_spec(tree().root);
    spec.key = kind;
    return pem(mint(spec));
  };
  const struct {
    std::string name;
    std::string pem;
    OpensslRelease theirs;
    Signing tls12;
    Signing tls13;
  } table[] = {
      {"P-256", minted(testing::KeyKind::kEcP256), k30, Signing::kFits, Signing::kFits},
      {"Ed25519", minted(testing::KeyKind::kEd25519), k30, Signing::kFits, Signing::kFits},
      {"RSA", minted(testing::KeyKind::kRsa1024), k30, Signing::kFits, Signing::kFits},
      {"ML-DSA", pem_with_key(kMlDsa65), k30, Signing::kNotOffered, Signing::kNotOffered},
      {"ML-DSA", pem_with_key(kMlDsa65), k35, Signing::kNotOffered, Signing::kFits},
      {"SLH-DSA", pem_with_key(kSlhDsa), k36, Signing::kNotOffered, Signing::kNotOffered},
      {"nobody's", pem_with_key("1.2.3.4"), k36, Signing::kUnknown, Signing::kUnknown},
  };
  for (const auto& row : table) {
    INFO(row.name << " towards " << to_string(row.theirs));
    const pki::SigningByVersion found = pki::signing_of(one(row.pem), row.theirs);
    CHECK(found.tls12 == row.tls12);
    CHECK(found.tls13 == row.tls13);
  }
}
