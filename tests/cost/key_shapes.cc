// Keys: how much work a certificate of few bytes can cause in OpenSSL before anything is verified
// with it.
#include "tests/cost/shapes.h"
#include "tests/support/der.h"

namespace mtls::cost {
namespace {

namespace der = testing::der;
using der::Bytes;
using der::CertificateFields;

constexpr const char* kEcKey = "1.2.840.10045.2.1";
constexpr const char* kEcdsaSha256 = "1.2.840.10045.4.3.2";

// As few bytes around the key as a root can have.
CertificateFields smallest(std::uint64_t number, const Bytes& key) {
  const Bytes name = der::named("R");
  return {.serial = der::integer(number),
          .issuer = name,
          .not_before = der::tlv(der::kUtcTime, "200101000000Z"),
          .not_after = der::tlv(der::kUtcTime, "400101000000Z"),
          .subject = name,
          .public_key = key,
          .signed_with = der::sequence({der::oid("1.3.101.112")}),
          .is_version_1 = true};
}

std::string certificates_with(const std::function<Bytes(std::uint64_t)>& key) {
  return filled([&](auto i) { return der::certificate_pem(smallest(i, key(i))); });
}

Bytes algorithm(const char* name, const Bytes& parameters = {}) {
  return der::sequence({der::oid(name), parameters});
}

Bytes ed25519(std::uint64_t number) {
  return der::public_key(algorithm("1.3.101.112"), der::numbered(32, number));
}

// A point with only one coordinate; half of all numbers are valid ones.
Bytes compressed(std::size_t size, std::uint64_t number) {
  return der::join({Bytes{2}, der::numbered(size, number)});
}

Bytes whole(std::size_t size, std::uint64_t x, std::uint64_t y) {
  return der::join({Bytes{4}, der::numbered(size, x), der::numbered(size, y)});
}

// The curve y^2 = x^3 + x + 7 modulo `prime`, with the point (1, 3) on it. Nobody checks the order.
Bytes own_curve(const Bytes& prime, const Bytes& base) {
  const Bytes field =
      der::sequence({der::oid("1.2.840.10045.1.1"), der::tlv(der::kInteger, prime)});
  const Bytes curve =
      der::sequence({der::tlv(der::kOctetString, Bytes{1}), der::tlv(der::kOctetString, Bytes{7})});
  Bytes order = prime;
  order.back() ^= 2U;
  return algorithm(kEcKey,
                   der::sequence({der::integer(1), field, curve, der::tlv(der::kOctetString, base),
                                  der::tlv(der::kInteger, order)}));
}

// 23 * 2^649 + 1. It has 661 bits, the most that OpenSSL accepts; nearly all of them slow down the
// square root.
constexpr std::size_t kPrimeBytes = 82;
Bytes slow_prime() {
  Bytes prime(kPrimeBytes);
  prime.front() = 23U << 1U;
  prime.back() = 1;
  return prime;
}

// DSA's p, q and g; OpenSSL accepts any numbers.
Bytes dsa(std::uint64_t number) {
  const Bytes parameters =
      der::sequence({der::integer(0x7FFFFFFF), der::integer(0x7FFF), der::integer(2)});
  return der::public_key(algorithm("1.2.840.10040.4.1", parameters), der::integer(number + 2));
}

Bytes diffie_hellman(std::uint64_t number) {
  const Bytes parameters = der::sequence({der::integer(0x7FFFFFFF), der::integer(2)});
  return der::public_key(algorithm("1.2.840.113549.1.3.1", parameters), der::integer(number + 2));
}

Bytes pss(std::uint64_t number) {
  const Bytes parameters = der::tlv(der::kSequence, Bytes{});
  return der::public_key(
      algorithm("1.2.840.113549.1.1.10", parameters),
      der::sequence({der::integer(2 * number + 0x10000001), der::integer(65537)}));
}

Bytes unknown(std::uint64_t number) {
  return der::public_key(algorithm(("1.2.3." + std::to_string(number)).c_str()), Bytes{1});
}

// CAs with one name that sign each other, so that their keys verify signatures.
std::string slow_to_verify() {
  return filled([](std::uint64_t i) {
    CertificateFields fields = smallest(i, {});
    fields.is_version_1 = false;
    fields.issuer = der::named(i % 2 == 0 ? "A" : "B");
    fields.subject = der::named(i % 2 == 0 ? "B" : "A");
    fields.extensions = {der::ca_extension()};
    fields.public_key = der::public_key(own_curve(slow_prime(), whole(kPrimeBytes, 1, 3)),
                                        whole(kPrimeBytes, 1, 3));
    fields.signed_with = algorithm(kEcdsaSha256);
    fields.signature = der::sequence({der::integer(i + 1), der::integer(i + 1)});
    return der::certificate_pem(fields);
  });
}

// A TRUSTED CERTIFICATE with an alias after the certificate.
std::string annotated() {
  const Bytes alias = der::sequence({der::tlv(der::kUtf8, "a")});
  return filled([&](std::uint64_t i) {
    return der::pem("TRUSTED CERTIFICATE",
                    der::join({der::certificate(smallest(i, ed25519(i))), alias}));
  });
}

}  // namespace

std::vector<Shape> key_shapes() {
  constexpr std::size_t kP224 = 28;
  return {
      {"smallest certificates", [] { return certificates_with(ed25519); }},
      {"smallest trusted certificates", annotated},
      {"DSA keys", [] { return certificates_with(dsa); }},
      {"DH keys", [] { return certificates_with(diffie_hellman); }},
      {"RSA-PSS keys", [] { return certificates_with(pss); }},
      {"keys of unknown algorithms", [] { return certificates_with(unknown); }},
      {"compressed points of P-224",
       [] {
         const Bytes curve = algorithm(kEcKey, der::oid("1.3.132.0.33"));
         return certificates_with(
             [&](auto i) { return der::public_key(curve, compressed(kP224, i + 1)); });
       }},
      {"curves of their own",
       [] {
         const Bytes curve = own_curve(der::numbered(2, 251), whole(1, 1, 3));
         return certificates_with([&](auto) { return der::public_key(curve, whole(1, 1, 3)); });
       }},
      {"large curves of their own, compressed points",
       [] {
         const Bytes curve = own_curve(slow_prime(), compressed(kPrimeBytes, 1));
         return certificates_with(
             [&](auto) { return der::public_key(curve, compressed(kPrimeBytes, 1)); });
       }},
      {"large curves of their own, to verify with", slow_to_verify},
  };
}

}  // namespace mtls::cost
