#include "pki/ssl/ssl_context.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "pki/material.h"
#include "pki/openssl_release.h"
#include "tests/support/pki_maker.h"

namespace mtls {
namespace {

using pki::ssl::CommandValue;
using pki::ssl::SslContext;
using Step = pki::ssl::KeyRefusal::Step;
using pki::ssl::ServedDigests;
using enum pki::ssl::ServedDigests;

bool is_of_line(int major, int minor) {
  const pki::OpensslRelease ours = pki::linked_openssl();
  return ours.major == major && ours.minor == minor;
}

std::vector<pki::Certificate> certificates(const std::string& pem) {
  return pki::parse_material(pem).certificates;
}

testing::Minted mint_of(testing::KeyKind kind) {
  testing::CertificateSpec spec;
  spec.key = kind;
  return testing::mint(spec);
}

TEST_CASE("ssl_context: a cipher string must name a cipher, and may lower the security level") {
  SslContext ssl(2);
  CHECK_FALSE(ssl.set_ciphers("HIGH:!aNULL:!MD5"));
  CHECK(ssl.set_ciphers("nope") == "error:0A0000B9:SSL routines::no cipher match");

  const auto weak = certificates(mint_of(testing::KeyKind::kRsa1024).certificate_pem);
  CHECK(ssl.use_certificate(weak.front(), kChecked) ==
        "error:0A00018F:SSL routines::ee key too small");
  CHECK_FALSE(ssl.set_ciphers("HIGH@SECLEVEL=1"));
  CHECK_FALSE(ssl.use_certificate(weak.front(), kChecked));
}

TEST_CASE("ssl_context: leaves alike get one answer, which is that of using them") {
  std::vector<pki::Certificate> leaves;
  for (int round = 0; round < 2; ++round) {
    for (const auto kind : {testing::KeyKind::kEcP256, testing::KeyKind::kEd25519,
                            testing::KeyKind::kRsa1024, testing::KeyKind::kRsa2048})
      leaves.push_back(certificates(mint_of(kind).certificate_pem).front());
  }
  const testing::Minted weak = mint_of(testing::KeyKind::kRsa1024);
  testing::CertificateSpec below_weak;
  below_weak.issuer = &weak;
  leaves.push_back(certificates(testing::mint(below_weak).certificate_pem).front());
  SslContext asked(2);
  std::size_t refused = 0;
  for (const char* ciphers : {"HIGH", "HIGH:@SECLEVEL=0", "HIGH:@SECLEVEL=3", "HIGH:@SECLEVEL=5"}) {
    REQUIRE_FALSE(asked.set_ciphers(ciphers));
    SslContext used(2);
    REQUIRE_FALSE(used.set_ciphers(ciphers));
    for (const pki::Certificate& leaf : leaves) {
      INFO(ciphers << ", " << leaf.facts().key_bits << " bits");
      for (const auto digests : {kChecked, kUnchecked}) {
        const auto answer = used.use_certificate(leaf, digests);
        CHECK(asked.would_use(leaf, digests) == answer);
        if (answer) ++refused;
      }
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("ssl_context: the security level applies to the chain too") {
  const auto leaf = certificates(mint_of(testing::KeyKind::kEcP256).certificate_pem);
  const auto weak = certificates(mint_of(testing::KeyKind::kRsa1024).certificate_pem);
  SslContext ssl(2);
  REQUIRE_FALSE(ssl.use_certificate(leaf.front(), kChecked));
  CHECK_FALSE(ssl.set_chain(leaf, kChecked));
  CHECK(ssl.set_chain(weak, kChecked).value_or("").ends_with("ca key too small"));
}

TEST_CASE("ssl_context: digests are judged as the OpenSSL in question does it (R2.39, R2.40)") {
  const std::string weak_digest = "error:0A00018E:SSL routines::ca md too weak";
  const auto signed_with = [](const std::string& digest, const testing::Minted* issuer) {
    testing::CertificateSpec spec;
    spec.issuer = issuer;
    spec.digest = digest;
    return testing::mint(spec);
  };
  const testing::Minted root = signed_with("SHA256", nullptr);
  const testing::Minted own = signed_with("SHA1", &root);
  const auto old = certificates(own.certificate_pem);
  const auto old_root = certificates(signed_with("SHA1", nullptr).certificate_pem);
  SslContext ssl(2);
  CHECK(ssl.use_certificate(old.front(), kChecked) == weak_digest);
  CHECK_FALSE(ssl.use_key(own.key_pem, {}));  // it is in use all the same
  CHECK_FALSE(ssl.use_certificate(old.front(), kUnchecked));
  CHECK_FALSE(ssl.use_key(own.key_pem, {}));
  CHECK(ssl.use_key(root.key_pem, {}).value().step == Step::kUse);
  CHECK_FALSE(ssl.use_certificate(old_root.front(), kChecked));  // self-signed
  CHECK(ssl.set_chain(old, kChecked) == weak_digest);
  CHECK_FALSE(ssl.set_chain(old, kUnchecked));
  CHECK_FALSE(ssl.set_ciphers("HIGH@SECLEVEL=0"));
  CHECK_FALSE(ssl.use_certificate(old.front(), kChecked));
}

TEST_CASE("ssl_context: unknown curves and commands are refused in OpenSSL's words") {
  SslContext ssl(2);
  CHECK_FALSE(ssl.set_curves("X25519:prime256v1"));
  // OpenSSL 3.0 names the unknown curve and refuses an empty list. 3.5 says nothing and accepts it.
  const bool is_30 = is_of_line(3, 0);
  const bool is_35 = is_of_line(3, 5);
  const auto unknown = ssl.set_curves("nope");
  REQUIRE(unknown);
  if (is_30) CHECK(unknown->find("group 'nope' cannot be set") != std::string::npos);
  if (is_35) CHECK(unknown->empty());
  if (is_30) CHECK(ssl.set_curves("") == "");
  if (is_35) CHECK_FALSE(ssl.set_curves(""));
  CHECK_FALSE(ssl.run_command("MinProtocol", "TLSv1.2"));
  CHECK(ssl.run_command("Nope", "x") == "error:0A000182:SSL routines::unknown cmd name:cmd=Nope");
  CHECK(ssl.run_command("MinProtocol", "x") ==
        "error:0A000180:SSL routines::bad value:cmd=MinProtocol, value=x");
}

TEST_CASE("ssl_context: OpenSSL tells which commands take files") {
  const SslContext ssl(2);
  CHECK(ssl.value_of_command("VerifyCAFile") == CommandValue::kFile);
  CHECK(ssl.value_of_command("privatekey") == CommandValue::kFile);
  CHECK(ssl.value_of_command("VerifyCAPath") == CommandValue::kDirectory);
  CHECK(ssl.value_of_command("VerifyCAStore") == CommandValue::kStore);
  CHECK(ssl.value_of_command("MinProtocol") == CommandValue::kText);
  CHECK(ssl.value_of_command("Nope") == CommandValue::kText);
}

TEST_CASE("ssl_context: a certificate accepts its own key and no other of the same kind") {
  const testing::Minted own = mint_of(testing::KeyKind::kEcP256);
  const testing::Minted other = mint_of(testing::KeyKind::kEcP256);
  SslContext ssl(2);
  REQUIRE_FALSE(ssl.use_certificate(certificates(own.certificate_pem).front(), kChecked));
  CHECK_FALSE(ssl.use_key(own.key_pem, {}));
  const auto mismatch = ssl.use_key(other.key_pem, {});
  REQUIRE(mismatch);
  CHECK(mismatch->step == Step::kUse);
  CHECK(mismatch->openssl == "error:05800074:x509 certificate routines::key values mismatch");
  CHECK(ssl.use_key("junk", {}).value().step == Step::kLoad);
}

TEST_CASE("ssl_context: an encrypted key opens with one of the passwords") {
  const testing::Minted own = mint_of(testing::KeyKind::kEcP256);
  const std::string sealed = testing::encrypted_key_pem(own, "secret");
  SslContext ssl(2);
  REQUIRE_FALSE(ssl.use_certificate(certificates(own.certificate_pem).front(), kChecked));
  CHECK_FALSE(ssl.use_key(sealed, {"wrong", "secret"}));
  CHECK(ssl.use_key(sealed, {"wrong"}).value().step == Step::kLoad);
  CHECK(ssl.use_key(sealed, {""}).value().step == Step::kLoad);
  CHECK(ssl.use_key(sealed, {}).value().step == Step::kLoad);
}

TEST_CASE("ssl_context: only DH parameters and OCSP responses are accepted as such") {
  SslContext ssl(2);
  CHECK(ssl.read_dh_parameters("junk") ==
        "error:0480006C:PEM routines::no start line:Expecting: DH PARAMETERS");
  CHECK(pki::ssl::read_ocsp_response("junk").has_value());
  // OCSPResponse { tryLater }, RFC 6960 §4.2.1.
  CHECK_FALSE(pki::ssl::read_ocsp_response(std::string_view("\x30\x03\x0a\x01\x03", 5)));
}

}  // namespace
}  // namespace mtls
