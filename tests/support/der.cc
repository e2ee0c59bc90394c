#include "tests/support/der.h"

#include <algorithm>

namespace mtls::testing::der {
namespace {

void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

// Ed25519: a parser accepts any 32 bytes as a key and any 64 as a signature.
Bytes key_algorithm() { return sequence({oid("1.3.101.112")}); }

Bytes rsa_algorithm() { return sequence({oid("1.2.840.113549.1.1.11"), tlv(0x05, Bytes{})}); }

Bytes rsa_key(std::size_t bits, std::uint64_t which) {
  Bytes modulus = numbered(bits / 8, 2 * which + 1);  // odd
  modulus.front() = 0xC0;
  modulus.insert(modulus.begin(), 0);
  constexpr std::uint64_t kExponent = 0xFFFFFFFFFFFFFFFF;  // OPENSSL_RSA_MAX_PUBEXP_BITS is 64
  return sequence({sequence({oid("1.2.840.113549.1.1.1"), tlv(0x05, Bytes{})}),
                   bit_string(sequence({tlv(kInteger, modulus), integer(kExponent)}))});
}

Bytes key_of(const CertificateFields& fields) {
  if (!fields.public_key.empty()) return fields.public_key;
  if (fields.rsa_bits > 0) return rsa_key(fields.rsa_bits, fields.key);
  return public_key(key_algorithm(), numbered(32, fields.key));
}

Bytes signature_algorithm(const CertificateFields& fields) {
  if (!fields.signed_with.empty()) return fields.signed_with;
  return fields.rsa_bits > 0 ? rsa_algorithm() : key_algorithm();
}

// sha256WithRSAEncryption needs a signature as long as the key.
Bytes signature_of(const CertificateFields& fields) {
  if (!fields.signed_with.empty()) return fields.signature;
  return fields.rsa_bits > 0 ? numbered(fields.rsa_bits / 8, 1) : Bytes(64);
}

Bytes explicitly(unsigned char number, const Bytes& content) {
  return tlv(static_cast<unsigned char>(0xA0U | number), content);
}

Bytes version(std::uint64_t zero_based) { return integer(zero_based); }

}  // namespace

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

Bytes tlv(unsigned char tag, const Bytes& content) {
  Bytes out{tag};
  const std::size_t length = content.size();
  if (length < 0x80) {
    out.push_back(static_cast<unsigned char>(length));
  } else {
    Bytes digits;
    for (std::size_t rest = length; rest > 0; rest >>= 8U) {
      digits.insert(digits.begin(), static_cast<unsigned char>(rest & 0xFFU));
    }
    out.push_back(static_cast<unsigned char>(0x80U | digits.size()));
    append(out, digits);
  }
  append(out, content);
  return out;
}

Bytes tlv(unsigned char tag, std::string_view content) { return tlv(tag, bytes(content)); }

Bytes join(const std::vector<Bytes>& parts) {
  Bytes out;
  for (const Bytes& part : parts) append(out, part);
  return out;
}

Bytes sequence(const std::vector<Bytes>& parts) { return tlv(kSequence, join(parts)); }

Bytes oid(std::string_view dotted) {
  std::vector<std::uint64_t> arcs;
  for (std::size_t at = 0; at <= dotted.size();) {
    const std::size_t end = std::min(dotted.find('.', at), dotted.size());
    arcs.push_back(std::stoull(std::string(dotted.substr(at, end - at))));
    at = end + 1;
  }
  Bytes out{static_cast<unsigned char>(arcs.at(0) * 40 + arcs.at(1))};
  for (std::size_t i = 2; i < arcs.size(); ++i) {
    Bytes digits{static_cast<unsigned char>(arcs[i] & 0x7FU)};
    for (std::uint64_t rest = arcs[i] >> 7U; rest > 0; rest >>= 7U) {
      digits.insert(digits.begin(), static_cast<unsigned char>(0x80U | (rest & 0x7FU)));
    }
    append(out, digits);
  }
  return tlv(0x06, out);
}

Bytes bit_string(Bytes content) {
  content.insert(content.begin(), 0);  // unused bits
  return tlv(kBitString, content);
}

Bytes numbered(std::size_t size, std::uint64_t number) {
  Bytes out(size);
  for (std::size_t i = 0; i < std::min(size, sizeof number); ++i) {
    out[size - 1 - i] = static_cast<unsigned char>(number >> (8 * i));
  }
  return out;
}

Bytes public_key(const Bytes& algorithm, const Bytes& key) {
  return sequence({algorithm, bit_string(key)});
}

Bytes integer(std::uint64_t value) {
  Bytes digits{static_cast<unsigned char>(value & 0xFFU)};
  for (std::uint64_t rest = value >> 8U; rest > 0; rest >>= 8U) {
    digits.insert(digits.begin(), static_cast<unsigned char>(rest & 0xFFU));
  }
  if (digits.front() >= 0x80) digits.insert(digits.begin(), 0);
  return tlv(kInteger, digits);
}

Bytes common_name(const Bytes& value) {
  return sequence({tlv(kSet, sequence({oid("2.5.4.3"), value}))});
}

Bytes named(std::string_view text) { return common_name(tlv(kUtf8, text)); }

Bytes extension(std::string_view dotted, const Bytes& value) {
  return sequence({oid(dotted), tlv(kOctetString, value)});
}

Bytes ca_extension() { return extension("2.5.29.19", sequence({tlv(0x01, Bytes{0xFF})})); }

Bytes alternative_names(const std::vector<Bytes>& names) {
  return extension("2.5.29.17", sequence(names));
}

Bytes certificate(const CertificateFields& fields) {
  std::vector<Bytes> parts{fields.is_version_1 ? Bytes{} : explicitly(0, version(2)),
                           fields.serial,
                           signature_algorithm(fields),
                           fields.issuer,
                           sequence({fields.not_before, fields.not_after}),
                           fields.subject,
                           key_of(fields)};
  if (!fields.extensions.empty()) parts.push_back(explicitly(3, sequence(fields.extensions)));
  return sequence({sequence(parts), signature_algorithm(fields), bit_string(signature_of(fields))});
}

Bytes crl(const CrlFields& fields) {
  std::vector<Bytes> parts{version(1), key_algorithm(), fields.issuer, fields.this_update,
                           fields.next_update};
  if (!fields.entries.empty()) parts.push_back(tlv(kSequence, fields.entries));
  if (!fields.extensions.empty()) parts.push_back(explicitly(0, sequence(fields.extensions)));
  return sequence({sequence(parts), key_algorithm(), bit_string(Bytes(64))});
}

Bytes crl_entry(const Bytes& serial) { return sequence({serial, tlv(kUtcTime, "250101000000Z")}); }

std::string pem(std::string_view label, const Bytes& der) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kBytesPerLine = 48;
  std::string out = "-----BEGIN " + std::string(label) + "-----\n";
  out.reserve(der.size() * 3 / 2);
  for (std::size_t i = 0; i < der.size(); i += 3) {
    const std::size_t present = std::min<std::size_t>(3, der.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = (group << 8U) | (k < present ? der[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= present ? kDigits[(group >> (18 - 6 * k)) & 0x3FU] : '=';
    }
    if ((i + 3) % kBytesPerLine == 0 || i + 3 >= der.size()) out += '\n';
  }
  return out + "-----END " + std::string(label) + "-----\n";
}

std::string certificate_pem(const CertificateFields& fields) {
  return pem("CERTIFICATE", certificate(fields));
}

std::string crl_pem(const CrlFields& fields) { return pem("X509 CRL", crl(fields)); }

}  // namespace mtls::testing::der
