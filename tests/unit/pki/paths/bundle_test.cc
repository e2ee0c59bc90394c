#include "pki/paths/bundle.h"

#include <catch2/catch.hpp>

#include "pki/material.h"
#include "pki/paths/coverage.h"
#include "pki/paths/issuance.h"
#include "tests/support/pki_maker.h"

using namespace mtls;
using mtls::pki::paths::Role;
using std::chrono::days;
using testing::CertificateSpec;
using testing::kT0;
using testing::Minted;

namespace {

struct Life {
  int from = -30;  // days from T0
  int until = 365;
};

base::sys_seconds day(int offset) { return kT0 + days{offset}; }

CertificateSpec ca_for(const std::string& subject, const Minted* issuer, Life life) {
  CertificateSpec spec = testing::ca_spec(subject, issuer);
  spec.not_before = day(life.from);
  spec.not_after = day(life.until);
  return spec;
}

Minted ca(const std::string& subject, const Minted* issuer = nullptr, Life life = {}) {
  return mint(ca_for(subject, issuer, life));
}

// Another certificate of the CA `of`: the same name and key.
Minted again(const std::string& subject, const Minted& of, const Minted* issuer, Life life = {}) {
  CertificateSpec spec = ca_for(subject, issuer, life);
  spec.same_key_as = &of;
  return mint(spec);
}

mtls::pki::paths::BundleView view(const std::vector<const Minted*>& store,
                                  base::sys_seconds now = kT0) {
  std::string text;
  for (const Minted* minted : store) text += minted->certificate_pem;
  return mtls::pki::paths::view_bundle(mtls::pki::parse_material(text).certificates, now);
}

std::vector<Role> roles(const mtls::pki::paths::BundleView& view) {
  std::vector<Role> out;
  for (const auto& member : view.members) out.push_back(member.role);
  return out;
}

using Spans = std::vector<mtls::pki::paths::Span>;

mtls::pki::paths::Span span(int from, int until) { return {day(from), day(until)}; }

}  // namespace

TEST_CASE("coverage: spans that touch or overlap are one, empty ones are none") {
  mtls::pki::paths::Coverage coverage(span(0, 2));
  coverage.unite(mtls::pki::paths::Coverage(span(2, 3)));
  coverage.unite(mtls::pki::paths::Coverage(span(5, 7)));
  coverage.unite(mtls::pki::paths::Coverage(span(9, 9)));
  CHECK(coverage.spans() == Spans{span(0, 3), span(5, 7)});
  coverage.unite(mtls::pki::paths::Coverage(span(1, 6)));
  CHECK(coverage.spans() == Spans{span(0, 7)});
  CHECK(coverage.within(span(-1, 4)).spans() == Spans{span(0, 4)});
  CHECK(coverage.within(span(7, 8)).spans().empty());
  CHECK(coverage.at(day(0)) == span(0, 7));
  CHECK_FALSE(coverage.at(day(7)));
}

TEST_CASE("bundle: each certificate is a root, an intermediate, a cross certificate or a leaf") {
  const Minted root = ca("CN=Root");
  const Minted other = ca("CN=Other");
  const Minted inter = ca("CN=Int", &root);
  const Minted cross = again("CN=Int", inter, &other);
  const Minted root_by_other = again("CN=Root", root, &other);
  const Minted plain = ca("CN=Plain", &root);
  const Minted leaf = testing::mint_client("CN=leaf", root);
  const auto seen = view({&root, &other, &inter, &cross, &root_by_other, &plain, &leaf});
  CHECK(roles(seen) == std::vector<Role>{Role::kRoot, Role::kRoot, Role::kCross, Role::kCross,
                                         Role::kCross, Role::kIntermediate, Role::kLeaf});
  const Minted renewed = again("CN=Plain", plain, &root, {.until = 700});
  CHECK(roles(view({&root, &plain, &renewed})).back() == Role::kIntermediate);
  CHECK(mtls::pki::paths::word(Role::kCross) == "cross");
  CHECK(mtls::pki::paths::word(Role::kLeaf) == "leaf");
}

TEST_CASE("bundle: chains to an anchor as R3.9 says") {
  const Minted root = ca("CN=Root");
  const Minted inter = ca("CN=Int", &root);
  const Minted leaf = testing::mint_client("CN=leaf", inter);
  CertificateSpec pinned;
  pinned.subject = "CN=pinned";
  const Minted own = mint(pinned);
  const auto chains = [](const mtls::pki::paths::BundleView& view) {
    std::vector<bool> out;
    for (const auto& member : view.members) out.push_back(member.chains_to_anchor);
    return out;
  };
  CHECK(chains(view({&inter, &leaf})) == std::vector<bool>{false, false});
  CHECK(chains(view({&leaf, &inter, &root})) == std::vector<bool>{true, true, true});
  CHECK(chains(view({&own})) == std::vector<bool>{true});
  const auto annotated = mtls::pki::paths::view_bundle(
      mtls::pki::parse_material(testing::as_trusted_pem(inter, "clientAuth") + leaf.certificate_pem)
          .certificates,
      kT0);
  CHECK(chains(annotated) == std::vector<bool>{true, true});
  CHECK(annotated.depth_required == 0);
  const auto unannotated = mtls::pki::paths::view_bundle(
      mtls::pki::parse_material(testing::as_trusted_pem(inter, "")).certificates, kT0);
  CHECK(chains(unannotated) == std::vector<bool>{false});
  const auto for_servers = mtls::pki::paths::view_bundle(
      mtls::pki::parse_material(testing::as_trusted_pem(root, "serverAuth")).certificates, kT0);
  CHECK(chains(for_servers) == std::vector<bool>{false});
}

TEST_CASE("bundle: an issuer must have made the signature, an equal name is not enough") {
  CertificateSpec spec = testing::ca_spec("CN=Same");
  spec.key_identifiers = false;
  const Minted real = mint(spec);
  const Minted impostor = mint(spec);
  CertificateSpec below = testing::ca_spec("CN=Int", &real);
  below.key_identifiers = false;
  const Minted inter = mint(below);
  CHECK_FALSE(view({&impostor, &inter}).members[1].chains_to_anchor);
  CHECK(view({&impostor, &real, &inter}).members[2].chains_to_anchor);
}

TEST_CASE("bundle: a certificate that may not issue is nobody's anchor") {
  CertificateSpec spec;
  spec.subject = "CN=Not a CA";
  spec.ca = false;
  const Minted root = mint(spec);
  const Minted inter = ca("CN=Int", &root);
  CHECK_FALSE(view({&root, &inter}).members[1].chains_to_anchor);
}

TEST_CASE("bundle: of equal certificates all but the first are duplicates") {
  const Minted root = ca("CN=Root");
  const auto seen = view({&root, &root, &root});
  REQUIRE(seen.members.size() == 3);
  CHECK_FALSE(seen.members[0].duplicate);
  CHECK(seen.members[1].duplicate);
  CHECK(seen.members[2].duplicate);
  CHECK_FALSE(seen.members[0].superseded);
}

TEST_CASE("bundle: superseded means same subject and key with a later end") {
  const Minted old_root = ca("CN=Root", nullptr, {.until = 10});
  const Minted renewed = again("CN=Root", old_root, nullptr, {.until = 900});
  const Minted new_key = ca("CN=Root", nullptr, {.until = 2000});
  const auto seen = view({&old_root, &renewed, &new_key});
  CHECK(seen.members[0].superseded);
  CHECK_FALSE(seen.members[1].superseded);
  CHECK_FALSE(seen.members[2].superseded);
}

TEST_CASE("bundle: depth counts non-self-signed certificates on the shortest path (R3.12)") {
  const Minted root = ca("CN=Root");
  const Minted one = ca("CN=One", &root);
  const Minted two = ca("CN=Two", &one);
  const Minted shortcut = again("CN=Two", two, &root);
  const Minted three = ca("CN=Three", &two);
  const auto seen = view({&three, &two, &one, &root});
  std::vector<int> needed;
  for (const auto& member : seen.members) needed.push_back(member.intermediates_needed);
  CHECK(needed == std::vector<int>{3, 2, 1, 0});
  CHECK(seen.depth_required == 3);
  CHECK(view({&three, &two, &shortcut, &one, &root}).members[0].intermediates_needed == 2);
  CHECK(view({&root}).depth_required == 0);
  CHECK(view({&one, &two}).depth_required == std::nullopt);
  const Minted leaf = testing::mint_client("CN=leaf", one);
  CHECK(view({&root, &one, &leaf}).depth_required == 1);
}

TEST_CASE("bundle: a path lasts as long as its shortest-lived certificate, the best path counts") {
  const Minted root = ca("CN=Root", nullptr, {.until = 50});
  const Minted inter = ca("CN=Int", &root, {.until = 100});
  const auto alone = view({&root, &inter});
  CHECK(alone.members[1].path_until == day(50));
  CHECK(alone.trust_until == day(50));
  const Minted renewed = again("CN=Root", root, nullptr, {.until = 500});
  const auto both = view({&root, &renewed, &inter});
  CHECK(both.members[0].path_until == day(50));
  CHECK(both.members[2].path_until == day(100));
  CHECK(both.trust_until == day(100));
}

TEST_CASE("bundle: a cross certificate keeps a path valid when the root itself expires") {
  const Minted root = ca("CN=Root", nullptr, {.until = 50});
  const Minted other = ca("CN=Other", nullptr, {.until = 300});
  const Minted cross = again("CN=Root", root, &other, {.until = 200});
  const Minted inter = ca("CN=Int", &root, {.until = 400});
  const auto seen = view({&root, &other, &cross, &inter});
  CHECK(seen.members[3].path_until == day(200));
  CHECK(seen.trust_until == day(200));
}

TEST_CASE(
    "bundle: a successor counts from its not_before on, and a gap before that ends the path") {
  const Minted root = ca("CN=Root", nullptr, {.until = 50});
  const Minted touching = again("CN=Root", root, nullptr, {.from = 50, .until = 400});
  const Minted late = again("CN=Root", root, nullptr, {.from = 51, .until = 400});
  CHECK(view({&root, &touching}).trust_until == day(400));
  CHECK(view({&root, &late}).trust_until == day(50));
  CHECK(view({&late, &root}, day(50)).trust_until == day(50));
  CHECK(view({&late, &root}, day(51)).trust_until == day(400));
  const Minted inter = ca("CN=Int", &root, {.until = 500});
  CHECK(view({&inter, &late, &root}).members[0].path_until == day(50));
  CHECK(view({&inter, &touching, &root}).members[0].path_until == day(400));
}

TEST_CASE(
    "bundle: a dead path has its past end, and a path that begins later does not count for trust "
    "yet") {
  const Minted dead = ca("CN=Dead", nullptr, {.from = -90, .until = -5});
  const Minted early = ca("CN=Early", nullptr, {.from = 5, .until = 90});
  const Minted below_dead = ca("CN=Below", &dead, {.from = -2, .until = 90});
  CHECK(view({&dead}).members[0].path_until == day(-5));
  CHECK(view({&dead}).trust_until == day(-5));
  CHECK(view({&early}).members[0].path_until == day(90));
  CHECK(view({&early}).trust_until == std::nullopt);
  CHECK(view({&dead, &below_dead}).members[1].path_until == day(-5));
  CHECK(view({&below_dead}).members[0].path_until == std::nullopt);
  CHECK(view({&below_dead}).trust_until == std::nullopt);
}

TEST_CASE(
    "bundle: trust ends with the first CA that loses it, and dead CAs count only without a living "
    "one of that name") {
  const Minted dead = ca("CN=Root", nullptr, {.from = -90, .until = -5});
  const Minted new_key = ca("CN=Root", nullptr, {.until = 90});
  const Minted other = ca("CN=Other", nullptr, {.until = 60});
  CHECK(view({&new_key, &other}).trust_until == day(60));
  CHECK(view({&dead, &new_key}).trust_until == day(90));
  CHECK(view({&dead, &other}).trust_until == day(-5));
  const Minted leaf = testing::mint_client("CN=leaf", other);
  CHECK(view({&new_key, &leaf}).trust_until == day(90));
  CHECK(view({}).trust_until == std::nullopt);
}

TEST_CASE("bundle: CAs after the issuing ones complete paths, but no client depends on them") {
  const Minted issuing = ca("CN=Clients");
  const Minted stapling = ca("CN=Stapling", nullptr, {.from = -30, .until = -1});
  const auto store =
      mtls::pki::parse_material(issuing.certificate_pem + stapling.certificate_pem).certificates;
  CHECK(mtls::pki::paths::view_bundle(store, kT0, {.issuing = 1}).trust_until == day(365));
  CHECK(mtls::pki::paths::view_bundle(store, kT0).trust_until == day(-1));

  const Minted root = ca("CN=Root", nullptr, {.from = -30, .until = 50});
  const Minted below = ca("CN=Below", &root);
  const auto chained =
      mtls::pki::parse_material(below.certificate_pem + root.certificate_pem).certificates;
  CHECK(mtls::pki::paths::view_bundle(chained, kT0, {.issuing = 1}).trust_until == day(50));
}

TEST_CASE("bundle: cross certificates in a circle make neither a path nor an endless loop (C13)") {
  const Minted a = ca("CN=A");
  const Minted b = ca("CN=B");
  const Minted a_by_b = again("CN=A", a, &b);
  const Minted b_by_a = again("CN=B", b, &a, {.until = 20});
  const auto circle = view({&a_by_b, &b_by_a});
  CHECK_FALSE(circle.members[0].chains_to_anchor);
  CHECK_FALSE(circle.members[1].chains_to_anchor);
  CHECK(circle.trust_until == std::nullopt);
  const auto anchored = view({&b, &a_by_b, &b_by_a});
  CHECK(anchored.members[1].intermediates_needed == 1);
  CHECK(anchored.members[2].intermediates_needed == 2);
  CHECK(anchored.members[2].path_until == day(20));
  CHECK(anchored.trust_until == day(365));
  // OpenSSL runs round the circle while it meets that first.
  const auto lured = view({&a_by_b, &b_by_a, &b});
  CHECK_FALSE(lured.members[0].has_valid_path);
  CHECK(lured.members[0].chains_to_anchor);
  CHECK(lured.members[0].path_until == day(365));
}

TEST_CASE(
    "bundle: after 5,000 signatures names decide alone, so a hostile store costs no more (C13)") {
  CertificateSpec spec = testing::ca_spec("CN=Same");
  spec.key_identifiers = false;
  std::string text;
  const Minted absent = mint(spec);
  for (int i = 0; i < 71; ++i) text += mint(spec).certificate_pem;
  CertificateSpec below = testing::ca_spec("CN=Below", &absent);
  below.key_identifiers = false;
  for (int i = 0; i < 71; ++i) text += mint(below).certificate_pem;
  const auto seen =
      mtls::pki::paths::view_bundle(mtls::pki::parse_material(text).certificates, kT0);
  CHECK_FALSE(seen.members[71].chains_to_anchor);
  CHECK_FALSE(seen.members[140].chains_to_anchor);
  CHECK(seen.members[141].chains_to_anchor);
}

TEST_CASE("bundle: the successor keeps the name or the key and is the next to end") {
  const Minted first = ca("CN=Root", nullptr, {.until = 10});
  const Minted second = ca("CN=Root", nullptr, {.until = 100});
  const Minted third = again("CN=Root", first, nullptr, {.until = 200});
  const Minted renamed = again("CN=Root G2", second, nullptr, {.until = 150});
  const Minted other = ca("CN=Other", nullptr, {.until = 300});
  const auto seen = view({&other, &third, &first, &second, &first, &renamed});
  using Positions = std::vector<std::optional<std::size_t>>;
  Positions successors;
  for (const auto& member : seen.members) successors.push_back(member.successor);
  const std::optional<std::size_t> none;
  CHECK(successors == Positions{none, none, 3, 5, none, none});
  const Minted twin = again("CN=Root", first, nullptr, {.from = -20, .until = 10});
  CHECK(view({&first, &twin}).members[0].successor == none);
  CHECK(view({&first, &twin, &second}).members[0].successor == 2U);
}

TEST_CASE("bundle: a certificate serves the issuing ones when it is on one of their paths") {
  const Minted root = ca("CN=Root");
  const Minted other = ca("CN=Other");
  const Minted inter = ca("CN=Int", &root);
  const Minted sibling = ca("CN=Sibling", &root);
  const auto store = mtls::pki::parse_material(inter.certificate_pem + other.certificate_pem +
                                               sibling.certificate_pem + root.certificate_pem)
                         .certificates;
  std::vector<bool> serves;
  for (const auto& member : mtls::pki::paths::view_bundle(store, kT0, {.issuing = 1}).members)
    serves.push_back(member.serves_issuing);
  CHECK(serves == std::vector<bool>{true, false, false, true});
}

TEST_CASE("bundle: twice the certificates cost twice the work (C14)") {
  const Minted root = ca("CN=Root");
  const auto cost_of = [&](int count) {
    std::string text = root.certificate_pem;
    for (int i = 0; i < count; ++i)
      text += again("CN=" + std::to_string(i), root, &root).certificate_pem;
    const auto certificates = mtls::pki::parse_material(text).certificates;
    std::vector<const mtls::pki::Certificate*> store;
    for (const auto& certificate : certificates) store.push_back(&certificate);
    return mtls::pki::paths::match_issuers(store);
  };
  CHECK(cost_of(250).pairs == 250);
  CHECK(cost_of(500).pairs == 500);
  CHECK(cost_of(500).signatures == 500);
}

TEST_CASE(
    "bundle: matching stops at a limit when all CAs have one name and name it as their issuer "
    "(C14)") {
  constexpr int kCount = 1001;
  constexpr int kMaxPairs = 250'000;
  const Minted root = ca("CN=Same");
  const Minted below = ca("CN=Same", &root);
  std::vector<mtls::pki::Certificate> certificates;
  for (int i = 0; i < kCount; ++i)
    certificates.push_back(mtls::pki::parse_material(again("CN=Same", below, &root).certificate_pem)
                               .certificates.front());
  std::vector<const mtls::pki::Certificate*> store;
  for (const auto& certificate : certificates) store.push_back(&certificate);
  const mtls::pki::paths::Issuance issuance = mtls::pki::paths::match_issuers(store);
  CHECK(issuance.pairs == kMaxPairs);
  CHECK(issuance.signatures <= kCount);
}
