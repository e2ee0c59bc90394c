// The paths that view_bundle() says OpenSSL takes are those that OpenSSL takes: asked of it with
// clients of every CA, in random stores and in those of R9.11 to R9.13.
#include <catch2/catch.hpp>

#include <random>

#include "pki/material.h"
#include "pki/paths/bundle.h"
#include "pki/verify.h"
#include "tests/support/pki_maker.h"

namespace mtls::pki::paths {
namespace {

using base::sys_seconds;
using std::chrono::days;
using testing::CertificateSpec;
using testing::kT0;
using testing::Minted;

sys_seconds day(int offset) { return kT0 + days{offset}; }

std::vector<Certificate> parsed(const std::vector<Minted>& all) {
  std::string text;
  for (const Minted& one : all) text += one.certificate_pem;
  return parse_material(text).certificates;
}

/// CAs that renew, replace and cross-sign each other, and clients of each.
class RandomStore {
 public:
  explicit RandomStore(unsigned seed) : random_(seed) {
    for (int i = 0; i < 2; ++i) add("CN=R", nullptr, nullptr);
    add("CN=S", nullptr, nullptr);
    for (int i = 0; i < 3; ++i) add(pick(2) == 0 ? "CN=I" : "CN=J", &some(), nullptr);
    for (int i = 0; i < 4; ++i) {
      const Minted again = some();
      add(subjects_[chosen_], pick(3) == 0 ? nullptr : &some(), &again);
    }
    for (const std::size_t i : order()) {
      store.push_back(cas_[i]);
      has_key_id.push_back(identified_[i]);
    }
  }

  std::vector<Minted> store;
  std::vector<bool> has_key_id;  // by place in the store

  /// Of the CA at this place of the store.
  Minted client(std::size_t ca, bool identified, bool pinned = false) {
    CertificateSpec spec = testing::client_spec("CN=client", store[ca]);
    spec.key_identifiers = identified;
    spec.pins_issuer = pinned;
    spec.not_after = day(500);
    return mint(spec);
  }

  std::size_t pick(std::size_t count) { return random_() % count; }

 private:
  const Minted& some() {
    chosen_ = pick(cas_.size());
    return cas_[chosen_];
  }

  void add(const std::string& subject, const Minted* issuer, const Minted* same_key_as) {
    const Minted above = issuer != nullptr ? *issuer : Minted{};
    CertificateSpec spec = testing::ca_spec(subject, issuer != nullptr ? &above : nullptr);
    spec.same_key_as = same_key_as;
    spec.key_identifiers = pick(4) != 0;
    spec.pins_issuer = issuer != nullptr && pick(4) == 0;
    const int begin = -static_cast<int>(pick(60)) + (pick(5) == 0 ? 70 : 0);
    spec.not_before = day(begin);
    spec.not_after = day(begin + 30 + static_cast<int>(pick(120)));
    cas_.push_back(mint(spec));
    subjects_.push_back(subject);
    identified_.push_back(spec.key_identifiers);
  }

  std::vector<std::size_t> order() {
    std::vector<std::size_t> all(cas_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    std::shuffle(all.begin(), all.end(), random_);
    all.resize(3 + pick(all.size() - 2));
    return all;
  }

  std::mt19937 random_;
  std::vector<Minted> cas_;
  std::vector<std::string> subjects_;
  std::vector<bool> identified_;
  std::size_t chosen_ = 0;
};

constexpr int kNoLimit = 60;
constexpr unsigned kSeeds = 60;

bool openssl_accepts(const TrustStore& store, const std::vector<Certificate>& client,
                     sys_seconds at) {
  return store
             .verify(client, {.depth = kNoLimit, .security_level = 1, .purpose = Purpose::kClient},
                     at)
             .code == 0;
}

bool we_accept(const BundleView& view, std::size_t client, const Fingerprint& signer) {
  const auto issuer = view.clients[client].issuer;
  return issuer && view.members[*issuer].has_valid_path &&
         view.members[*issuer].certificate.facts().key == signer;
}

std::vector<Certificate> certificate_of(const Minted& minted) {
  return parse_material(minted.certificate_pem).certificates;
}

}  // namespace

TEST_CASE("walk: in random stores a client is accepted exactly when OpenSSL accepts it") {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    RandomStore random(seed);
    const std::vector<Certificate> certificates = parsed(random.store);
    const TrustStore store(certificates, {}, false);
    BundleQuestion question{.issuing = certificates.size()};
    for (std::size_t ca = 0; ca < random.store.size(); ++ca) {
      for (const bool identified : {true, false})
        question.clients.push_back(certificate_of(random.client(ca, identified)));
      question.clients.push_back(certificate_of(random.client(ca, true, true)));
    }
    for (const int offset : {0, 20, 75}) {
      const BundleView view = view_bundle(certificates, day(offset), question);
      for (std::size_t i = 0; i < question.clients.size(); ++i) {
        const bool right = openssl_accepts(store, question.clients[i], day(offset));
        ++(right ? accepted : refused);
        INFO("seed " << seed << " client " << i << " day " << offset);
        REQUIRE(we_accept(view, i, certificates[i / 3].facts().key) == right);
      }
    }
  }
  CHECK(accepted > 300);
  CHECK(refused > 300);
}

TEST_CASE("walk: before trust_until the clients accepted now stay so, then one is refused") {
  std::size_t ends = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    RandomStore random(seed);
    const std::vector<Certificate> certificates = parsed(random.store);
    const TrustStore store(certificates, {}, false);
    const auto until = view_bundle(certificates, kT0).trust_until;
    if (!until || *until <= kT0) continue;
    std::size_t lost = 0;
    for (std::size_t ca = 0; ca < random.store.size(); ++ca) {
      const auto client = certificate_of(random.client(ca, random.has_key_id[ca]));
      if (!openssl_accepts(store, client, kT0)) continue;
      REQUIRE(openssl_accepts(store, client, *until - std::chrono::seconds{1}));
      lost += openssl_accepts(store, client, *until) ? 0 : 1;
    }
    CHECK(lost > 0);
    ++ends;
  }
  CHECK(ends > 15);
}

namespace {

Minted ca(const std::string& subject, const Minted* issuer, const Minted* same_key_as,
          int until = 365) {
  CertificateSpec spec = testing::ca_spec(subject, issuer);
  spec.same_key_as = same_key_as;
  spec.not_after = day(until);
  return mint(spec);
}

Minted without_key_ids(const std::string& subject) {
  CertificateSpec spec = testing::ca_spec(subject);
  spec.key_identifiers = false;
  return mint(spec);
}

std::vector<Certificate> client_of(const Minted& issuer, bool pinned, bool identified = true) {
  CertificateSpec spec = testing::client_spec("CN=client", issuer);
  spec.pins_issuer = pinned;
  spec.key_identifiers = identified;
  return certificate_of(mint(spec));
}

using Problems = std::vector<OrderProblem>;

}  // namespace

TEST_CASE("walk: a certificate that names its issuer's serial number needs this issuer (R9.11)") {
  const Minted old = ca("CN=Root", nullptr, nullptr, 20);
  const Minted renewed = ca("CN=Root", nullptr, &old);
  const std::vector<Certificate> store = parsed({old, renewed});
  CHECK(view_bundle(store, kT0).trust_until == day(365));
  CHECK(view_bundle(store, kT0, {.issuing = 2, .clients = {client_of(old, false)}}).trust_until ==
        day(365));
  const BundleQuestion pinned{.issuing = 2, .clients = {client_of(old, true)}};
  CHECK(view_bundle(store, kT0, pinned).trust_until == day(20));
  const BundleView later = view_bundle(store, day(25), pinned);
  CHECK(later.trust_until == day(20));
  CHECK(later.members[0].in_use);
  CHECK_FALSE(view_bundle(store, day(25)).members[0].in_use);

  CertificateSpec spec = testing::ca_spec("CN=Sub", &old);
  spec.pins_issuer = true;
  const std::vector<Certificate> above = parsed({old, renewed, mint(spec)});
  CHECK(view_bundle(above, kT0).trust_until == day(20));
  CHECK(view_bundle(above, day(25)).members[0].in_use);
}

TEST_CASE("walk: of a cross certificate and a self-signed one the first counts (R9.13)") {
  const Minted bridge = ca("CN=Bridge", nullptr, nullptr, 30);
  const Minted root = ca("CN=Root", nullptr, nullptr);
  const Minted cross = ca("CN=Root", &bridge, &root, 200);
  const struct {
    const char* name;
    std::vector<Minted> store;
    Problems problems;
    int until;    // of trust
    bool spared;  // the cross certificate
  } table[] = {
      {"behind the root", {root, cross}, {}, 365, true},
      {"before it, its issuer absent",
       {cross, root},
       {{.taken = 0, .better = 1, .same_key = true, .refuses = true}},
       -30,
       false},
      {"before it, its issuer ends first",
       {cross, root, bridge},
       {{.taken = 0, .better = 1, .same_key = true, .from = day(30)}},
       30,
       false},
      {"behind it, its issuer beside", {root, cross, bridge}, {}, 30, false},
  };
  for (const auto& row : table) {
    INFO(row.name);
    const BundleView view = view_bundle(parsed(row.store), kT0);
    CHECK(view.order_problems == row.problems);
    CHECK(view.trust_until == day(row.until));
    for (const Member& member : view.members) {
      if (member.role == Role::kCross || !member.certificate.facts().self_signed)
        CHECK(member.spared == row.spared);
    }
  }
}

TEST_CASE("walk: of two CAs of one name the first counts where no key id decides (R9.12)") {
  const Minted first = without_key_ids("CN=Root");
  const Minted second = without_key_ids("CN=Root");
  const Minted named_first = ca("CN=Root", nullptr, nullptr);
  const Minted named_second = ca("CN=Root", nullptr, nullptr);
  const Problems refuses{{.taken = 0, .better = 1, .refuses = true}};
  const Problems warns{{.taken = 0, .better = 1}};
  CHECK(view_bundle(parsed({first, second}), kT0).order_problems == refuses);
  const std::vector<Certificate> named = parsed({named_first, named_second});
  CHECK(view_bundle(named, kT0).order_problems.empty());
  const auto with = [&](const Minted& issuer, bool identified) {
    const BundleQuestion question{.issuing = 2, .clients = {client_of(issuer, false, identified)}};
    return view_bundle(named, kT0, question).order_problems;
  };
  CHECK(with(named_second, true).empty());
  CHECK(with(named_second, false) == refuses);
  CHECK(with(named_first, false) == warns);
}

TEST_CASE("walk: the depth that is required is that of the path that OpenSSL takes") {
  const Minted bridge = ca("CN=Bridge", nullptr, nullptr);
  const Minted root = ca("CN=Root", nullptr, nullptr);
  const Minted cross = ca("CN=Root", &bridge, &root);
  const Minted below = ca("CN=Sub", &root, nullptr);
  CHECK(view_bundle(parsed({root, cross, bridge, below}), kT0).depth_required == 1);
  CHECK(view_bundle(parsed({cross, root, bridge, below}), kT0).depth_required == 2);
}

TEST_CASE("walk: a declared successor stands in for a CA of another name and key") {
  const Minted old = ca("CN=Old", nullptr, nullptr, 20);
  const Minted next = ca("CN=New", nullptr, nullptr);
  const Minted dying = ca("CN=Dying", nullptr, nullptr, 10);
  const std::vector<Certificate> store = parsed({old, next, dying});
  CHECK(view_bundle(store, kT0, {.issuing = 2}).trust_until == day(20));
  const BundleQuestion declared{.issuing = 2, .clients = {}, .successions = {{.from = 0, .to = 1}}};
  const BundleView view = view_bundle(store, kT0, declared);
  CHECK(view.trust_until == day(365));
  CHECK(view.members[0].successor == 1U);
  CHECK(view.members[0].handed_over);
  const BundleQuestion sooner{.issuing = 2, .clients = {}, .successions = {{.from = 0, .to = 2}}};
  CHECK(view_bundle(store, kT0, sooner).trust_until == day(20));
  CHECK_FALSE(view_bundle(store, kT0, sooner).members[0].successor);
}

}  // namespace mtls::pki::paths
