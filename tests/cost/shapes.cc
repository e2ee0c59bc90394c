#include "tests/cost/shapes.h"

#include "tests/support/der.h"

namespace mtls::cost {
namespace {

namespace der = testing::der;
using der::Bytes;
using der::CertificateFields;

std::string certificates(const std::function<CertificateFields(std::uint64_t)>& fields) {
  return filled([&](std::uint64_t i) { return der::certificate_pem(fields(i)); });
}

std::string name(const char* head, std::uint64_t number) { return head + std::to_string(number); }

CertificateFields authority(const std::string& subject, const std::string& issuer,
                            std::uint64_t key) {
  return {.serial = der::integer(key),
          .issuer = der::named(issuer),
          .subject = der::named(subject),
          .key = key,
          .extensions = {der::ca_extension()}};
}

// Within 40 years of seconds, so that no two certificates of a file share an instant.
Bytes instant(std::uint64_t seconds) {
  const std::uint64_t day = seconds / 86400;
  std::string digits = std::to_string(2020 + day / 360) +
                       std::to_string(101 + day % 360 / 30).substr(1) +
                       std::to_string(101 + day % 30).substr(1);
  const std::uint64_t second = seconds % 86400;
  for (const std::uint64_t part : {second / 3600, second / 60 % 60, second % 60}) {
    digits += std::to_string(100 + part).substr(1);
  }
  // 30 February is not a date.
  if (digits.substr(4, 2) == "02" && digits.substr(6, 2) > "28") digits.replace(6, 2, "28");
  return der::tlv(der::kGeneralizedTime, digits + "Z");
}

std::string of_one_certificate(const CertificateFields& fields) {
  return der::certificate_pem(fields);
}

// A CA whose RSA key has the largest size and exponent with which OpenSSL verifies.
std::string slow_keys() {
  return filled([](std::uint64_t i) {
    const bool is_child = i % 2 == 1;
    CertificateFields fields = authority(is_child ? "B" : "A", is_child ? "A" : "B", i);
    fields.rsa_bits = 16384;
    return der::certificate_pem(fields);
  });
}

}  // namespace

std::string filled(const std::function<std::string(std::uint64_t)>& piece) {
  std::string text;
  for (std::uint64_t i = 0;; ++i) {
    const std::string next = piece(i);
    if (text.size() + next.size() > kFileBytes) return text;
    text += next;
  }
}

std::vector<Shape> certificate_shapes() {
  constexpr std::size_t kDerBytes = kFileBytes / 100 * 73;  // for one block that fills the file
  return {
      {"distinct roots",
       [] {
         return certificates([](auto i) { return authority(name("R", i), name("R", i), i); });
       }},
      {"one root, many times",
       [] { return certificates([](auto) { return authority("R", "R", 1); }); }},
      {"roots of one name, many keys",
       [] { return certificates([](auto i) { return authority("R", "R", i); }); }},
      {"two names that sign each other, many keys",
       [] {
         return certificates(
             [](auto i) { return i % 2 == 0 ? authority("A", "B", i) : authority("B", "A", i); });
       }},
      {"client's issuers of one name under many roots of one name",
       [] {
         return certificates(
             [](auto i) { return i % 2 == 0 ? authority("R", "R", i) : authority("I", "R", i); });
       }},
      {"a chain as long as the file",
       [] {
         return certificates(
             [](auto i) { return authority(name("C", i), name("C", i == 0 ? 0 : i - 1), i); });
       }},
      {"a ring as long as the file",
       [] {
         return certificates([](auto i) { return authority(name("C", i), name("C", i + 1), i); });
       }},
      {"renewals of one root, each in a stretch of its own",
       [] {
         return certificates([](auto i) {
           CertificateFields fields = authority("R", "R", 1);
           fields.serial = der::integer(i);
           fields.not_before = instant(i * 20000);
           fields.not_after = instant(i * 20000 + 10000);
           return fields;
         });
       }},
      {"renewals of one issuer, each in a stretch of its own",
       [] {
         return certificates([](auto i) {
           if (i == 0) return authority("R", "R", 1);
           CertificateFields fields = authority("I", "R", 2);
           fields.serial = der::integer(i);
           fields.not_before = instant(i * 20000);
           fields.not_after = instant(i * 20000 + 10000);
           return fields;
         });
       }},
      {"roots of one name that end one after the other",
       [] {
         return certificates([](auto i) {
           CertificateFields fields = authority("R", "R", i);
           fields.not_after = instant(std::uint64_t{900} * 1000000 + i * 9000);
           return fields;
         });
       }},
      {"keys that take long to verify with", slow_keys},
      {"common names of 900 KiB",
       [] {
         return certificates(
             [](auto i) { return authority(std::string(900U << 10U, 'x'), "R", i); });
       }},
      {"common names to escape",
       [] {
         return certificates(
             [](auto i) { return authority(std::string(900U << 10U, '\x01'), "R", i); });
       }},
      {"a name of many parts",
       [] {
         constexpr std::size_t kParts = 60'000;  // just below 1 MiB, OpenSSL's limit
         CertificateFields fields = authority("x", "R", 1);
         const Bytes rdn =
             der::tlv(der::kSet, der::sequence({der::oid("2.5.4.3"), der::tlv(der::kUtf8, "x")}));
         fields.subject = der::sequence(std::vector<Bytes>(kParts, rdn));
         return certificates([&](auto) { return fields; });
       }},
      {"one part of many values",
       [] {
         constexpr std::size_t kValues = 70'000;
         CertificateFields fields = authority("x", "R", 1);
         const Bytes value = der::sequence({der::oid("2.5.4.3"), der::tlv(der::kUtf8, "x")});
         fields.subject =
             der::sequence({der::tlv(der::kSet, der::join(std::vector<Bytes>(kValues, value)))});
         return certificates([&](auto) { return fields; });
       }},
      {"one certificate of extensions",
       [] {
         CertificateFields fields = authority("R", "R", 1);
         const Bytes unknown = der::extension("1.2.3", Bytes{5, 0});
         fields.extensions.resize(kDerBytes / unknown.size(), unknown);
         return of_one_certificate(fields);
       }},
      {"one certificate of basicConstraints",
       [] {
         CertificateFields fields = authority("R", "R", 1);
         const Bytes again = der::ca_extension();
         fields.extensions.resize(kDerBytes / again.size(), again);
         return of_one_certificate(fields);
       }},
      {"one certificate of alternative names",
       [] {
         const Bytes dns = der::tlv(0x82, "a");
         CertificateFields fields = authority("R", "R", 1);
         fields.extensions.push_back(
             der::alternative_names(std::vector<Bytes>(kDerBytes / dns.size(), dns)));
         return of_one_certificate(fields);
       }},
      {"certificates of as many alternative names as are read",
       [] {
         constexpr std::size_t kNames = 900;
         const std::vector<Bytes> names(kNames, der::tlv(0x82, "a"));
         return certificates([&](auto i) {
           CertificateFields fields = authority("R", "R", i);
           fields.extensions.push_back(der::alternative_names(names));
           return fields;
         });
       }},
      {"an alternative name 5,000 deep",
       [] {
         constexpr int kDepth = 5'000;
         Bytes name = der::tlv(0x82, "a");
         for (int i = 0; i < kDepth; ++i) name = der::tlv(0xA4, name);
         return certificates([&](auto i) {
           CertificateFields fields = authority("R", "R", i);
           fields.extensions.push_back(der::alternative_names({name}));
           return fields;
         });
       }},
      {"serial numbers of 64 KiB",
       [] {
         return certificates([](auto i) {
           CertificateFields fields = authority("R", "R", i);
           fields.serial = der::tlv(der::kInteger, std::string(64U << 10U, '\x11'));
           return fields;
         });
       }},
      {"BEGIN lines without END",
       [] { return filled([](auto) { return std::string("-----BEGIN CERTIFICATE-----\n"); }); }},
      {"good certificates without END",
       [] {
         return filled([](auto i) {
           const std::string block = der::certificate_pem(authority("R", "R", i));
           return block.substr(0, block.find("-----END"));
         });
       }},
      {"empty blocks",
       [] {
         return filled([](auto) {
           return std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
         });
       }},
      {"base64 that is no certificate",
       [] { return filled([](auto) { return der::pem("CERTIFICATE", Bytes(48, 0xAA)); }); }},
      {"one block of base64 that is no certificate",
       [] { return der::pem("CERTIFICATE", Bytes(kDerBytes, 0xAA)); }},
      {"one line without end", [] { return std::string(kFileBytes, 'A'); }},
      {"empty lines", [] { return std::string(kFileBytes, '\n'); }},
      {"zeros", [] { return std::string(kFileBytes, '\0'); }},
      {"tiny revocation lists",
       [] {
         return filled([](auto i) {
           return der::crl_pem({.issuer = der::named("R"), .entries = {}, .extensions = {}}) +
                  (i == 0 ? der::certificate_pem(authority("R", "R", 1)) : "");
         });
       }},
  };
}

std::vector<Shape> crl_shapes() {
  return {
      {"one list of entries",
       [] {
         Bytes entries;
         constexpr std::size_t kDerBytes = kFileBytes / 100 * 72;
         for (std::uint64_t i = 1 << 20U; entries.size() < kDerBytes; ++i) {
           const Bytes entry = der::crl_entry(der::integer(i));
           entries.insert(entries.end(), entry.begin(), entry.end());
         }
         return der::crl_pem({.issuer = der::named("R"), .entries = entries, .extensions = {}});
       }},
      {"many lists of one issuer",
       [] {
         return filled([](auto i) {
           return der::crl_pem({.issuer = der::named("R"),
                                .next_update = instant(std::uint64_t{400} * 1000000 + i * 9000),
                                .entries = {},
                                .extensions = {}});
         });
       }},
      {"many lists, each of its own issuer",
       [] {
         return filled([](auto i) {
           return der::crl_pem(
               {.issuer = der::named(name("R", i)), .entries = {}, .extensions = {}});
         });
       }},
  };
}

}  // namespace mtls::cost
