#include "pki/certificate.h"

#include <openssl/evp.h>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "pki/encoding/pem.h"
#include "tests/support/pki_maker.h"

using namespace mtls;
using testing::kT0;
using Bytes = std::vector<unsigned char>;

namespace {

Bytes der_of(const std::string& pem) { return mtls::pki::encoding::split_pem(pem).at(0).der; }

mtls::pki::CertificateFacts facts_of(const std::string& pem) {
  return mtls::pki::parse_certificate(der_of(pem)).value().facts();
}

}  // namespace

TEST_CASE("certificate: the facts of a usual client certificate") {
  const auto root = testing::mint_root("CN=Root A,O=Test");
  testing::CertificateSpec spec;
  spec.subject = "C=DE,O=Test,CN=alice";
  spec.issuer = &root;
  spec.serial = 0x1A2B;
  spec.dns_names = {"alice.example", "*.alice.example"};
  const auto facts = facts_of(testing::mint(spec).certificate_pem);
  CHECK(facts.serial.hex == "1a2b");
  CHECK(facts.subject.common_name == "alice");
  CHECK(facts.subject.rfc2253 == "CN=alice,O=Test,C=DE");
  CHECK(facts.issuer.rfc2253 == "O=Test,CN=Root A");
  CHECK(facts.issuer == facts_of(root.certificate_pem).subject);
  CHECK(facts.validity.not_before == kT0 - std::chrono::days{30});
  CHECK(facts.validity.not_after == kT0 + std::chrono::days{365});
  CHECK(facts.key_type == mtls::pki::KeyType::kEc);
  CHECK(facts.key_bits == 256);
  CHECK(facts.security_bits == 128);
  CHECK(facts.signature_digest == "SHA256");
  CHECK_FALSE(facts.is_ca);
  CHECK_FALSE(facts.self_issued);
  CHECK_FALSE(facts.self_signed);
  CHECK_FALSE(facts.trust_annotated);
  CHECK(facts.dns_names == std::vector<std::string>{"alice.example", "*.alice.example"});
  CHECK(facts.subject.der_bytes == 46);
}

TEST_CASE("certificate: the fingerprint is SHA-256 over the DER, the label its first 16 digits") {
  const Bytes der = der_of(testing::mint_root("CN=A").certificate_pem);
  unsigned char digest[32];
  EVP_Digest(der.data(), der.size(), digest, nullptr, EVP_sha256(), nullptr);
  const auto facts = mtls::pki::parse_certificate(der).value().facts();
  CHECK(facts.fingerprint.hex() == base::hex(digest));
  CHECK(facts.fingerprint.label() == base::hex(digest).substr(0, 16));
}

TEST_CASE("certificate: equal keys have equal key digests whatever the certificate") {
  const auto first = testing::mint_root("CN=A");
  testing::CertificateSpec spec;
  spec.subject = "CN=B";
  spec.same_key_as = &first;
  CHECK(facts_of(testing::mint(spec).certificate_pem).key == facts_of(first.certificate_pem).key);
  CHECK(facts_of(testing::mint_root("CN=A").certificate_pem).key !=
        facts_of(first.certificate_pem).key);
}

TEST_CASE("certificate: the type and size of the key and the digest of the signature are read") {
  struct Row {
    testing::KeyKind kind;
    std::string digest;
    mtls::pki::KeyType type;
    int bits;
    int security_bits;
    std::string signature_digest;
  };
  const std::vector<Row> table{
      {testing::KeyKind::kEcP256, "SHA1", mtls::pki::KeyType::kEc, 256, 128, "SHA1"},
      {testing::KeyKind::kEd25519, "SHA256", mtls::pki::KeyType::kEd25519, 256, 128, ""},
      {testing::KeyKind::kRsa1024, "MD5", mtls::pki::KeyType::kRsa, 1024, 80, "MD5"},
      {testing::KeyKind::kRsa2048, "SHA256", mtls::pki::KeyType::kRsa, 2048, 112, "SHA256"},
  };
  for (const Row& row : table) {
    testing::CertificateSpec spec;
    spec.key = row.kind;
    spec.digest = row.digest;
    const auto facts = facts_of(testing::mint(spec).certificate_pem);
    CHECK(facts.key_type == row.type);
    CHECK(facts.key_bits == row.bits);
    CHECK(facts.security_bits == row.security_bits);
    CHECK(facts.signature_digest == row.signature_digest);
  }
}

TEST_CASE("certificate: OpenSSL's rules decide what counts as a CA (R3.11)") {
  struct Row {
    std::string name;
    bool self_signed;
    std::optional<bool> ca;
    std::string key_usage;
    bool is_ca;
  };
  const std::vector<Row> table{
      {"root CA:TRUE", true, true, "", true},
      {"root CA:TRUE without keyCertSign", true, true, "digitalSignature", false},
      {"root CA:FALSE", true, false, "keyCertSign", false},
      {"root with nothing", true, std::nullopt, "", false},
      {"root with only keyCertSign", true, std::nullopt, "keyCertSign", true},
      {"intermediate CA:TRUE", false, true, "keyCertSign", true},
      {"intermediate CA:TRUE without keyCertSign", false, true, "cRLSign", false},
      {"intermediate with only keyCertSign", false, std::nullopt, "keyCertSign", false},
      {"intermediate with nothing", false, std::nullopt, "", false},
  };
  const auto root = testing::mint_root("CN=Root");
  for (const Row& row : table) {
    testing::CertificateSpec spec;
    spec.subject = "CN=Row";
    spec.issuer = row.self_signed ? nullptr : &root;
    spec.ca = row.ca;
    spec.key_usage = row.key_usage;
    const auto facts = facts_of(testing::mint(spec).certificate_pem);
    INFO(row.name);
    CHECK(facts.is_ca == row.is_ca);
    CHECK(facts.self_signed == row.self_signed);
  }
}

TEST_CASE("certificate: self-issued under another key is not self-signed") {
  const auto old_root = testing::mint_root("CN=Root");
  testing::CertificateSpec spec;
  spec.subject = "CN=Root";
  spec.issuer = &old_root;
  spec.ca = true;
  const auto facts = facts_of(testing::mint(spec).certificate_pem);
  CHECK(facts.self_issued);
  CHECK_FALSE(facts.self_signed);
}

TEST_CASE("certificate: bytes after the certificate are ignored, missing ones make it invalid") {
  const Bytes der = der_of(testing::mint_root("CN=A").certificate_pem);
  Bytes longer = der;
  longer.insert(longer.end(), {0xDE, 0xAD});
  CHECK(mtls::pki::parse_certificate(longer).value() == mtls::pki::parse_certificate(der).value());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, der.size() / 2, der.size() - 1}) {
    const auto parsed = mtls::pki::parse_certificate(std::span(der).first(size));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == base::ErrorCode::kParse);
    CHECK(parsed.error().message.starts_with("not a certificate: "));
  }
}

TEST_CASE("certificate: a trust annotation changes neither fingerprint nor names") {
  const auto root = testing::mint_root("CN=A");
  const Bytes der = der_of(testing::as_trusted_pem(root, "clientAuth"));
  const auto trusted = mtls::pki::parse_certificate(der, /*trusted=*/true).value().facts();
  CHECK(trusted.trust_annotated);
  CHECK(trusted.fingerprint == facts_of(root.certificate_pem).fingerprint);
}

TEST_CASE("certificate: the facts of a revocation list") {
  const auto root = testing::mint_root("CN=A");
  const auto alice = testing::mint_client("CN=alice", root);
  const auto bob = testing::mint_client("CN=bob", root);
  const auto parse = [](const testing::CrlSpec& spec) {
    return mtls::pki::parse_revocation_list(der_of(testing::mint_crl(spec))).value().facts();
  };
  const auto facts = parse({.issuer = &root, .revoked = {&alice, &bob}, .number = 255});
  CHECK(facts.issuer == facts_of(root.certificate_pem).subject);
  CHECK(facts.this_update == kT0 - std::chrono::days{1});
  CHECK(facts.next_update == kT0 + std::chrono::days{7});
  CHECK(facts.number == "ff");
  CHECK(facts.revoked == 2);
  const auto endless = parse({.issuer = &root, .next_update = std::nullopt, .revoked = {}});
  CHECK_FALSE(endless.next_update);
  CHECK(endless.revoked == 0);
  CHECK_FALSE(mtls::pki::parse_revocation_list(der_of(root.certificate_pem)));
}
