#include "pki/material.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/pki_maker.h"

using namespace mtls;

namespace {

std::vector<std::string> names(const mtls::pki::Material& material) {
  std::vector<std::string> out;
  for (const auto& certificate : material.certificates) {
    out.push_back(certificate.facts().subject.common_name);
  }
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("material: certificates, CRLs and a key in one file are all recognized") {
  const auto a = testing::mint_root("CN=A");
  const auto b = testing::mint_root("CN=B");
  const auto crl = testing::mint_crl({.issuer = &a, .revoked = {}});
  const auto material = mtls::pki::parse_material(
      a.key_pem + a.certificate_pem + crl + testing::as_trusted_pem(b, "") + a.certificate_pem);
  CHECK(names(material) == Names{"A", "B", "A"});
  CHECK_FALSE(material.certificates[0].facts().trust_annotated);
  CHECK(material.certificates[1].facts().trust_annotated);
  REQUIRE(material.revocation_lists.size() == 1);
  CHECK(material.revocation_lists[0].facts().issuer.common_name == "A");
  CHECK(material.contains_private_key);
  CHECK_FALSE(material.truncated);
  CHECK(material.block_errors.empty());
}

TEST_CASE(
    "material: bad blocks are reported with their line, and the good ones beside them count (F5)") {
  const auto a = testing::mint_root("CN=A");
  const auto b = testing::mint_root("CN=B");
  const std::string bad_base64 = "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n";
  const std::string bad_der = "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n";
  const auto material = mtls::pki::parse_material(bad_base64 + bad_der + a.certificate_pem +
                                                  bad_base64 + b.certificate_pem);
  CHECK(names(material) == Names{"A", "B"});
  REQUIRE(material.block_errors.size() == 3);
  CHECK(material.block_errors[0].line == 1);
  CHECK(material.block_errors[0].message == "bad base64 decode");
  CHECK(material.block_errors[1].line == 4);
  CHECK(material.block_errors[1].message.starts_with("not a revocation list: "));
  CHECK_FALSE(material.truncated);
}

TEST_CASE("material: a half-written file is truncated (F4)") {
  const auto a = testing::mint_root("CN=A");
  const auto b = testing::mint_root("CN=B");
  const auto cut = mtls::pki::parse_material(a.certificate_pem + b.certificate_pem.substr(0, 300));
  CHECK(names(cut) == Names{"A"});
  CHECK(cut.truncated);
  CHECK(cut.block_errors.size() == 1);
  const auto key_cut = mtls::pki::parse_material(a.certificate_pem + a.key_pem.substr(0, 60));
  CHECK(key_cut.truncated);
  CHECK(key_cut.contains_private_key);
}

TEST_CASE("material: a file of nonsense gives a material without certificates") {
  for (const std::string& text : {std::string(), std::string("nothing here\n"),
                                  std::string(1000, '\0'), std::string("\x30\x82\x01\x00", 4)}) {
    const auto material = mtls::pki::parse_material(text);
    CHECK(material.certificates.empty());
    CHECK(material.block_errors.empty());
    CHECK_FALSE(material.truncated);
  }
}

TEST_CASE("material: the content digest covers every byte of the file") {
  CHECK(mtls::pki::parse_material("abc").content.hex() ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto a = testing::mint_root("CN=A");
  const auto one = mtls::pki::parse_material(a.certificate_pem);
  const auto two = mtls::pki::parse_material(a.certificate_pem + "\n");
  CHECK(one.content != two.content);
  CHECK(one.certificates == two.certificates);
}

TEST_CASE("material: error messages never carry bytes of the file") {
  const std::string secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
  const auto material = mtls::pki::parse_material("-----BEGIN CERTIFICATE-----\n" + secret +
                                                  "\n-----END CERTIFICATE-----\n");
  REQUIRE(material.block_errors.size() == 1);
  CHECK(material.block_errors[0].message.find("secret") == std::string::npos);
  CHECK(material.block_errors[0].message.find(secret.substr(0, 8)) == std::string::npos);
}

TEST_CASE(
    "material: a certificate that occurs five hundred times counts five hundred times (R4.1)") {
  const auto a = testing::mint_root("CN=A");
  std::string text;
  for (int i = 0; i < 500; ++i) text += a.certificate_pem;
  CHECK(mtls::pki::parse_material(text).certificates.size() == 500);
}
