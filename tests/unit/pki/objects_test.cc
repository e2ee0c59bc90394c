// Certificates whose OpenSSL objects were dropped answer as before.
#include "pki/memory.h"

#include <catch2/catch.hpp>

#include "pki/material.h"
#include "pki/strength.h"
#include "pki/verify.h"
#include "tests/support/pki_maker.h"

namespace mtls::pki {
namespace {

using testing::kT0;

struct Scene {
  testing::Minted root = testing::mint_root("CN=Root");
  testing::Minted intermediate = testing::mint_intermediate("CN=Issuing", root);
  testing::Minted client = testing::mint_client("CN=client", intermediate);
  testing::Minted stranger = testing::mint_root("CN=Stranger");
  std::string list = testing::mint_crl({.issuer = &root,
                                        .this_update = kT0 - std::chrono::hours{1},
                                        .next_update = kT0 + std::chrono::hours{99},
                                        .revoked = {}});
};

int code_of(const Material& store, const Material& chain) {
  const TrustStore trust(store.certificates, store.revocation_lists, false);
  return trust.verify(chain.certificates, VerifyPolicy{.depth = 3}, kT0).code;
}

}  // namespace

TEST_CASE("objects: a chain is judged the same after each drop") {
  const Scene scene;
  const Material store =
      parse_material(scene.root.certificate_pem + scene.stranger.certificate_pem);
  const Material chain =
      parse_material(scene.client.certificate_pem + scene.intermediate.certificate_pem);
  const Material other = parse_material(scene.stranger.certificate_pem);
  const int good = code_of(store, chain);
  const int bad = code_of(other, chain);
  CHECK(good == 0);
  CHECK(bad != 0);
  for (int round = 0; round < 3; ++round) {
    drop_objects(0);
    CHECK(code_of(store, chain) == good);
    CHECK(code_of(other, chain) == bad);
  }
}

TEST_CASE("objects: keys, strength and the signers of a CRL are the same after a drop") {
  const Scene scene;
  const Material store =
      parse_material(scene.root.certificate_pem + scene.stranger.certificate_pem +
                     scene.intermediate.certificate_pem + scene.list);
  const RevocationList& list = store.revocation_lists.at(0);
  std::vector<int> bits;
  for (int round = 0; round < 2; ++round) {
    for (const Certificate& one : store.certificates) bits.push_back(signature_bits(one));
    CHECK(list.is_signed_by(store.certificates[0]));
    CHECK(!list.is_signed_by(store.certificates[1]));
    CHECK(list.may_be_of(store.certificates[0]));
    drop_objects(0);
  }
  REQUIRE(bits.size() == 6);
  CHECK(std::equal(bits.begin(), bits.begin() + 3, bits.begin() + 3));
}

TEST_CASE("objects: few certificates with objects stay as they are") {
  const Scene scene;
  const Material store = parse_material(scene.root.certificate_pem);
  drop_objects(0);
  const int before = signature_bits(store.certificates[0]);  // makes one again
  drop_objects(1);
  CHECK(signature_bits(store.certificates[0]) == before);
}

}  // namespace mtls::pki
