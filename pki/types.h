// What X.509 says, as plain data: no OpenSSL type is visible here. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace mtls::pki {

/// SHA-256 over the DER.
struct Fingerprint {
  std::array<unsigned char, 32> bytes{};

  std::string hex() const;    // 64 digits
  std::string label() const;  // the first 16: the `fingerprint` label
  auto operator<=>(const Fingerprint&) const = default;
};

/// Lower-case hex with its sign, at most 40 digits, a longer one as `#` and a hash (never decimal:
/// quadratic in OpenSSL 3.0).
struct SerialNumber {
  std::string hex;
  auto operator<=>(const SerialNumber&) const = default;
};

/// A name. Two names are the same when their canonical encodings are (X509_NAME_cmp).
struct DistinguishedName {
  std::string canonical;    // comparison key; raw bytes, not for people
  std::string rfc2253;      // sanitized UTF-8, as nginx prints $ssl_client_s_dn
  std::string common_name;  // sanitized UTF-8; the last CN, else the first SAN, else "(none)"
  std::uint32_t der_bytes = 0;

  bool operator==(const DistinguishedName& other) const { return canonical == other.canonical; }
};

/// As OpenSSL judges: valid while not_before <= t < not_after (X509_cmp_time counts an equal time
/// as past, so the last second of RFC 5280 §4.1.2.5 is already expired). nullopt: the date in the
/// certificate is no date (C10).
struct Validity {
  std::optional<base::sys_seconds> not_before;
  std::optional<base::sys_seconds> not_after;

  bool operator==(const Validity&) const = default;
};

enum class KeyType { kRsa, kEc, kEd25519, kOther };

struct CertificateFacts {
  Fingerprint fingerprint;
  SerialNumber serial;
  DistinguishedName subject;
  DistinguishedName issuer;
  Validity validity;
  Fingerprint key;  // SHA-256 over the SubjectPublicKeyInfo
  KeyType key_type = KeyType::kOther;
  int key_bits = 0;
  int security_bits = 0;  // EVP_PKEY_get_security_bits
  std::string
      signature_digest;      // "SHA256", "SHA1", "MD5", "" when the algorithm has none of its own
  bool is_ca = false;        // X509_check_ca() says it may issue
  bool self_issued = false;  // subject == issuer
  bool self_signed = false;  // self-issued and the key ids do not contradict (EXFLAG_SS)
  bool trust_annotated = false;        // came as TRUSTED CERTIFICATE
  std::vector<std::string> dns_names;  // SAN dNSName, sanitized

  bool operator==(const CertificateFacts&) const = default;
};

struct RevocationListFacts {
  Fingerprint fingerprint;
  DistinguishedName issuer;
  std::optional<base::sys_seconds> this_update;
  std::optional<base::sys_seconds> next_update;  // nullopt: none given (never stale)
  std::string number;                            // hex, "" without the extension
  std::size_t revoked = 0;
  std::size_t der_bytes = 0;

  bool operator==(const RevocationListFacts&) const = default;
};

}  // namespace mtls::pki
