// Certificates and CRLs byte by byte, for fields that no encoder would write. Pure: no OpenSSL, no
// keys; the public key is one that nobody has the other half of, the signature is zeros, and both
// parse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::testing::der {

using Bytes = std::vector<unsigned char>;

// Universal tags, X.690 §8.
inline constexpr unsigned char kInteger = 0x02;
inline constexpr unsigned char kBitString = 0x03;
inline constexpr unsigned char kOctetString = 0x04;
inline constexpr unsigned char kUtf8 = 0x0C;
inline constexpr unsigned char kPrintable = 0x13;
inline constexpr unsigned char kT61 = 0x14;
inline constexpr unsigned char kIa5 = 0x16;
inline constexpr unsigned char kUtcTime = 0x17;
inline constexpr unsigned char kGeneralizedTime = 0x18;
inline constexpr unsigned char kUniversal = 0x1C;
inline constexpr unsigned char kBmp = 0x1E;
inline constexpr unsigned char kSequence = 0x30;
inline constexpr unsigned char kSet = 0x31;

Bytes bytes(std::string_view text);
/// Tag, shortest length, content.
Bytes tlv(unsigned char tag, const Bytes& content);
Bytes tlv(unsigned char tag, std::string_view content);
Bytes join(const std::vector<Bytes>& parts);
Bytes sequence(const std::vector<Bytes>& parts);
/// `dotted`: "2.5.4.3".
Bytes oid(std::string_view dotted);
/// Not negative, shortest form.
Bytes integer(std::uint64_t value);

/// A Name of one RDN with commonName; `value`: a whole TLV.
Bytes common_name(const Bytes& value);
/// The same as UTF8String.
Bytes named(std::string_view text);

Bytes extension(std::string_view dotted, const Bytes& value);
/// basicConstraints CA:TRUE.
Bytes ca_extension();
/// subjectAltName; `names`: whole GeneralName TLVs, dNSName is tag 0x82.
Bytes alternative_names(const std::vector<Bytes>& names);

inline constexpr std::string_view kUsualBegin = "20200101000000Z";
inline constexpr std::string_view kUsualEnd = "20400101000000Z";

/// Every field a whole TLV.
struct CertificateFields {
  Bytes serial = integer(1);
  Bytes issuer = named("issuer");
  Bytes not_before = tlv(kGeneralizedTime, kUsualBegin);
  Bytes not_after = tlv(kGeneralizedTime, kUsualEnd);
  Bytes subject = named("subject");
  std::uint64_t key = 1;     // which one
  std::size_t rsa_bits = 0;  // 0: Ed25519; else RSA, with the largest exponent OpenSSL takes
  std::vector<Bytes> extensions = {};
  Bytes public_key = {};   // a SubjectPublicKeyInfo instead of `key`
  Bytes signed_with = {};  // an AlgorithmIdentifier, and what
  Bytes signature = {};    // the signature consists of
  bool is_version_1 = false;
};
Bytes certificate(const CertificateFields& fields);

/// Its content, whole octets.
Bytes bit_string(Bytes content);
/// `number` in the last bytes of `size`.
Bytes numbered(std::size_t size, std::uint64_t number);
/// A SubjectPublicKeyInfo; `algorithm`: its AlgorithmIdentifier.
Bytes public_key(const Bytes& algorithm, const Bytes& key);

struct CrlFields {
  Bytes issuer = named("issuer");
  Bytes this_update = tlv(kGeneralizedTime, "20291231000000Z");
  Bytes next_update = tlv(kGeneralizedTime, "20300108000000Z");  // empty: none
  Bytes entries = {};                                            // RevokedCertificate TLVs
  std::vector<Bytes> extensions = {};
};
Bytes crl(const CrlFields& fields);
Bytes crl_entry(const Bytes& serial);

/// `-----BEGIN label-----` and so on, lines of 64.
std::string pem(std::string_view label, const Bytes& der);
std::string certificate_pem(const CertificateFields& fields);
std::string crl_pem(const CrlFields& fields);

}  // namespace mtls::testing::der
