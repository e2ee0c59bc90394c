// Keys apart from their certificates: what OpenSSL says of both together is the judge.
#include "pki/public_key.h"

#include <catch2/catch.hpp>

#include "pki/certificate.h"
#include "pki/openssl.h"
#include "tests/support/der.h"

namespace mtls {
namespace {

namespace der = testing::der;
using der::Bytes;

Bytes algorithm(const char* name, const Bytes& parameters = {}) {
  return der::sequence({der::oid(name), parameters});
}

// y^2 = x^3 + x + 7 modulo 251.
Bytes own_curve(const Bytes& base) {
  const auto number = [](std::uint64_t value) { return der::integer(value); };
  const auto octets = [](const Bytes& bytes) { return der::tlv(der::kOctetString, bytes); };
  return algorithm(
      "1.2.840.10045.2.1",
      der::sequence({number(1), der::sequence({der::oid("1.2.840.10045.1.1"), number(251)}),
                     der::sequence({octets({1}), octets({7})}), octets(base), number(241)}));
}

Bytes compressed(std::size_t size, std::uint64_t x) {
  return der::join({Bytes{2}, der::numbered(size, x)});
}

std::vector<Bytes> keys() {
  const Bytes ed25519 = algorithm("1.3.101.112");
  const Bytes rsa = algorithm("1.2.840.113549.1.1.1", der::tlv(0x05, Bytes{}));
  const Bytes p256 = algorithm("1.2.840.10045.2.1", der::oid("1.2.840.10045.3.1.7"));
  const Bytes p224 = algorithm("1.2.840.10045.2.1", der::oid("1.3.132.0.33"));
  const Bytes dsa =
      algorithm("1.2.840.10040.4.1",
                der::sequence({der::integer(0x7FFFFFFF), der::integer(0x7FFF), der::integer(2)}));
  const Bytes pss = algorithm("1.2.840.113549.1.1.10", der::tlv(der::kSequence, Bytes{}));
  const Bytes modulus =
      der::sequence({der::tlv(der::kInteger, der::numbered(256, 12345)), der::integer(3)});
  std::vector<Bytes> keys{
      der::public_key(ed25519, der::numbered(32, 1)),
      der::public_key(ed25519, der::numbered(31, 1)),
      der::public_key(rsa, modulus),
      der::public_key(rsa, Bytes{1, 2, 3}),
      der::public_key(rsa, der::join({modulus, Bytes{0}})),
      der::public_key(pss, modulus),
      der::public_key(dsa, der::integer(77)),
      der::public_key(algorithm("1.2.840.10040.4.1"), der::integer(77)),
      der::public_key(algorithm("1.3.101.110"), der::numbered(32, 9)),
      der::public_key(algorithm("1.3.101.113"), der::numbered(57, 9)),
      der::public_key(algorithm("1.2.3.4"), Bytes{1}),
      der::public_key(algorithm("2.5.4.3"), Bytes{1}),
      der::public_key(own_curve(Bytes{4, 1, 3}), Bytes{4, 1, 3}),
      der::public_key(own_curve(Bytes{4, 1, 3}), Bytes{4, 1, 4}),
      der::public_key(own_curve(Bytes{4, 1, 5}), Bytes{4, 1, 3}),
      der::public_key(own_curve(Bytes{3, 1}), Bytes{3, 1}),
      der::public_key(algorithm("1.2.840.10045.2.1", der::integer(1)), Bytes{4, 1, 3}),
      der::public_key(p256, Bytes{}),
  };
  for (std::uint64_t x = 1; x < 8; ++x) {
    keys.push_back(der::public_key(p256, compressed(32, x)));
    keys.push_back(der::public_key(p224, compressed(28, x)));
  }
  return keys;
}

struct Said {
  bool has_key;
  int bits;
  int security_bits;
  bool self_signed;
  bool is_ca;

  bool operator==(const Said&) const = default;
};

Said by_openssl(const Bytes& bytes) {
  const unsigned char* at = bytes.data();
  const pki::OwnedCertificate x509(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
  REQUIRE(x509 != nullptr);
  const EVP_PKEY* key = X509_get0_pubkey(x509.get());
  const bool self_signed = (X509_get_extension_flags(x509.get()) & EXFLAG_SS) != 0;
  const int kind = X509_check_ca(x509.get());
  ERR_clear_error();
  return {.has_key = key != nullptr,
          .bits = key != nullptr ? EVP_PKEY_get_bits(key) : 0,
          .security_bits = key != nullptr ? EVP_PKEY_get_security_bits(key) : 0,
          .self_signed = self_signed,
          .is_ca = kind == 1 || (kind > 1 && self_signed)};
}

Said by_reader(const Bytes& bytes, pki::KeyReader& reader) {
  const auto certificate = pki::parse_certificate(bytes, false, reader).value();
  const pki::CertificateFacts& facts = certificate.facts();
  const EVP_PKEY* whole = X509_get0_pubkey(certificate.handle().whole());
  CHECK((whole != nullptr) == (certificate.handle().key() != nullptr));
  CHECK((whole == nullptr || EVP_PKEY_eq(whole, certificate.handle().key()) == 1));
  return {.has_key = certificate.handle().key() != nullptr,
          .bits = facts.key_bits,
          .security_bits = facts.security_bits,
          .self_signed = facts.self_signed,
          .is_ca = facts.is_ca};
}

der::CertificateFields holding(const Bytes& key, const char* signed_with) {
  return {.issuer = der::named("A"),
          .subject = der::named("A"),
          .public_key = key,
          .signed_with = algorithm(signed_with),
          .signature = Bytes(8)};
}

}  // namespace

TEST_CASE("public_key: reused decoders read what d2i_X509() reads, even after broken keys") {
  const std::vector<Bytes> table = keys();
  pki::KeyReader reader;
  int read = 0;
  for (const char* signed_with : {"1.3.101.112", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.10",
                                  "1.2.840.10045.4.3.2", "1.2.3.4"}) {
    for (const bool is_version_1 : {false, true}) {
      for (std::size_t i = 0; i < table.size(); ++i) {
        INFO("key " << i << ", signature " << signed_with << ", version 1: " << is_version_1);
        der::CertificateFields fields = holding(table[i], signed_with);
        fields.is_version_1 = is_version_1;
        const Bytes bytes = der::certificate(fields);
        const Said said = by_openssl(bytes);
        pki::KeyReader fresh;
        CHECK(by_reader(bytes, fresh) == said);
        // Compressed points on explicit curves have used up the time of the file.
        if (i != 15) CHECK(by_reader(bytes, reader) == said);
        read += said.has_key ? 1 : 0;
      }
    }
  }
  CHECK(read > 100);  // not all rows are broken keys
}

TEST_CASE(
    "public_key: few keys of a file are read when their points must be computed on explicit "
    "curves") {
  const Bytes slow = der::certificate(
      holding(der::public_key(own_curve(Bytes{3, 1}), Bytes{3, 1}), "1.2.840.10045.4.3.2"));
  const Bytes other = der::certificate(
      holding(der::public_key(algorithm("1.3.101.112"), der::numbered(32, 1)), "1.3.101.112"));
  pki::KeyReader reader;
  std::vector<bool> read;
  for (int i = 0; i < 6; ++i) read.push_back(by_reader(slow, reader).has_key);
  CHECK(read == std::vector<bool>{true, true, true, true, false, false});
  CHECK(by_reader(other, reader).has_key);
}

TEST_CASE(
    "public_key: is_likely_issuer() agrees with X509_check_issued() of complete certificates") {
  std::vector<pki::Certificate> certificates;
  pki::KeyReader reader;
  for (const Bytes& key : keys()) {
    for (const char* signed_with : {"1.3.101.112", "1.2.840.113549.1.1.10", "1.2.840.10045.4.3.2"})
      certificates.push_back(
          pki::parse_certificate(der::certificate(holding(key, signed_with)), false, reader)
              .value());
  }
  int fitting = 0;
  for (const pki::Certificate& issuer : certificates) {
    const pki::CertificateHandle& above = issuer.handle();
    for (const pki::Certificate& subject : certificates) {
      const bool said = X509_check_issued(above.whole(), subject.handle().whole()) == X509_V_OK;
      CHECK(pki::is_likely_issuer(above.x509(), above.key(), subject.handle().x509()) == said);
      fitting += said ? 1 : 0;
    }
  }
  CHECK(fitting > 100);
  ERR_clear_error();
}

}  // namespace mtls
