#include "pki/strength.h"

#include <catch2/catch.hpp>

#include "pki/material.h"
#include "tests/support/pki_maker.h"

using namespace mtls;
using testing::CertificateSpec;
using testing::KeyKind;
using testing::Minted;

namespace {

mtls::pki::Certificate certificate(const CertificateSpec& spec) {
  return mtls::pki::parse_material(testing::mint(spec).certificate_pem).certificates.front();
}

}  // namespace

TEST_CASE("strength: each security level requires its number of bits (R3.14)") {
  const struct {
    int level;
    int bits;
  } table[] = {{-1, 0}, {0, 0}, {1, 80}, {2, 112}, {3, 128}, {4, 192}, {5, 256}, {9, 256}};
  for (const auto& row : table) CHECK(mtls::pki::security_bits_of_level(row.level) == row.bits);
}

TEST_CASE("strength: SHA-1 and MD5 are below level 1 in OpenSSL 3, SHA-256 is 128 bits (R3.15)") {
  const auto signed_with = [](const std::string& digest, KeyKind key) {
    CertificateSpec spec = testing::ca_spec("CN=Root");
    spec.digest = digest;
    spec.key = key;
    return mtls::pki::signature_bits(certificate(spec));
  };
  CHECK(signed_with("SHA256", KeyKind::kEcP256) == 128);
  CHECK(signed_with("SHA1", KeyKind::kEcP256) < 80);
  CHECK(signed_with("MD5", KeyKind::kRsa2048) < 80);
  CHECK(signed_with("SHA256", KeyKind::kEd25519) == 128);
}

TEST_CASE("strength: a CA above clients has clientAuth or no extended key usage (R3.10)") {
  const struct {
    std::string usage;
    std::optional<bool> ca;
    bool may;
  } table[] = {
      {"", true, true},
      {"clientAuth", true, true},
      {"serverAuth,clientAuth", true, true},
      {"serverAuth", true, false},
      {"anyExtendedKeyUsage", true, false},
      {"clientAuth", false, false},
  };
  for (const auto& row : table) {
    INFO(row.usage);
    CertificateSpec spec = testing::ca_spec("CN=Root");
    spec.extended_key_usage = row.usage;
    spec.ca = row.ca;
    CHECK(mtls::pki::may_issue_clients(certificate(spec)) == row.may);
  }
}
