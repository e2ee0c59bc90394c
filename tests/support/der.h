// Certificates and CRLs byte by byte, for fields that no encoder would write. Uses neither OpenSSL
// nor real keys: nobody has the private half of the public key, and the signature is zeros, but
// both parse. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::testing::der {

using Bytes = std::vector<unsigned char>;

// The universal tags of X.690 §8.
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
/// Tag, length in its shortest form, content.
Bytes tlv(unsigned char tag, const Bytes& content);
Bytes tlv(unsigned char tag, std::string_view content);
Bytes join(const std::vector<Bytes>& parts);
Bytes sequence(const std::vector<Bytes>& parts);
/// An OBJECT IDENTIFIER; `dotted` is like "2.5.4.3".
Bytes oid(std::string_view dotted);
/// An INTEGER that is not negative, in its shortest form.
Bytes integer(std::uint64_t value);

/// A Name with one RDN, a commonName. `value` is a complete TLV.
Bytes common_name(const Bytes& value);
/// The same with a UTF8String.
Bytes named(std::string_view text);

Bytes extension(std::string_view dotted, const Bytes& value);
/// The extension basicConstraints with CA:TRUE.
Bytes ca_extension();
/// The extension subjectAltName. `names`: complete GeneralName TLVs; a dNSName has the tag 0x82.
Bytes alternative_names(const std::vector<Bytes>& names);

inline constexpr std::string_view kUsualBegin = "20200101000000Z";
inline constexpr std::string_view kUsualEnd = "20400101000000Z";

/// Every field is a complete TLV.
struct CertificateFields {
  Bytes serial = integer(1);
  Bytes issuer = named("issuer");
  Bytes not_before = tlv(kGeneralizedTime, kUsualBegin);
  Bytes not_after = tlv(kGeneralizedTime, kUsualEnd);
  Bytes subject = named("subject");
  std::uint64_t key = 1;  // number of the key
  // 0: Ed25519; otherwise RSA with the largest exponent that OpenSSL accepts.
  std::size_t rsa_bits = 0;
  std::vector<Bytes> extensions = {};
  Bytes public_key = {};   // a SubjectPublicKeyInfo that replaces `key`
  Bytes signed_with = {};  // an AlgorithmIdentifier for the signature
  Bytes signature = {};    // the bytes of the signature
  bool is_version_1 = false;
};
Bytes certificate(const CertificateFields& fields);

/// The content of a BIT STRING of whole octets.
Bytes bit_string(Bytes content);
/// `number` in the last of `size` bytes.
Bytes numbered(std::size_t size, std::uint64_t number);
/// A SubjectPublicKeyInfo. `algorithm`: its AlgorithmIdentifier.
Bytes public_key(const Bytes& algorithm, const Bytes& key);

struct CrlFields {
  Bytes issuer = named("issuer");
  Bytes this_update = tlv(kGeneralizedTime, "20291231000000Z");
  Bytes next_update = tlv(kGeneralizedTime, "20300108000000Z");  // empty: absent
  Bytes entries = {};                                            // RevokedCertificate TLVs
  std::vector<Bytes> extensions = {};
};
Bytes crl(const CrlFields& fields);
Bytes crl_entry(const Bytes& serial);

/// `-----BEGIN label-----` and so on, with lines of 64 characters.
std::string pem(std::string_view label, const Bytes& der);
std::string certificate_pem(const CertificateFields& fields);
std::string crl_pem(const CrlFields& fields);

}  // namespace mtls::testing::der
