// The facts of X.509 objects as plain data, without OpenSSL types. Every text in them is sanitized,
// except where a comment says otherwise. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace mtls::pki {

/// SHA-256, mostly over the DER.
struct Fingerprint {
  std::array<unsigned char, 32> bytes{};

  std::string hex() const;    // 64 digits
  std::string label() const;  // the first 16 digits, the value of the label `fingerprint`
  auto operator<=>(const Fingerprint&) const = default;
};

/// Lower-case hex with its sign. A number of more than 20 bytes becomes `#` and a hash. Never
/// decimal: that conversion takes quadratic time in OpenSSL 3.0.
struct SerialNumber {
  std::string hex;
  auto operator<=>(const SerialNumber&) const = default;
};

/// Two names are equal when their canonical encodings are (X509_NAME_cmp).
struct DistinguishedName {
  std::string canonical;    // the key to compare by; raw bytes, not for people
  std::string rfc2253;      // sanitized UTF-8, as nginx prints $ssl_client_s_dn
  std::string common_name;  // sanitized UTF-8: the last CN, else the first SAN, else "(none)"
  std::uint32_t der_bytes = 0;

  bool operator==(const DistinguishedName& other) const { return canonical == other.canonical; }
};

/// As OpenSSL judges: valid while not_before <= t < not_after. X509_cmp_time() counts an equal time
/// as past, so the last second of RFC 5280 §4.1.2.5 is already expired. nullopt: the certificate
/// holds something that is not a date (C10).
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
  Fingerprint key;  // SHA-256 of the SubjectPublicKeyInfo
  KeyType key_type = KeyType::kOther;
  int key_bits = 0;
  int security_bits = 0;  // EVP_PKEY_get_security_bits()
  // "SHA256", "SHA1", "MD5"; "" when the algorithm does not name a digest.
  std::string signature_digest;
  bool is_ca = false;        // OpenSSL lets it issue (X509_check_ca())
  bool self_issued = false;  // subject == issuer
  // Self-issued, and the key ids do not contradict that (EXFLAG_SS).
  bool self_signed = false;
  bool trust_annotated = false;        // it came as a TRUSTED CERTIFICATE
  std::vector<std::string> dns_names;  // the dNSName entries of the SAN, sanitized

  bool operator==(const CertificateFacts&) const = default;
};

/// Why OpenSSL, with the flags that nginx sets, never uses a CRL (R9.14).
enum class CrlBar { kNone, kDelta, kIndirect, kSomeReasons, kAttributes, kInvalid };

/// Which certificates a CRL is about, as its issuingDistributionPoint says.
struct CrlScope {
  CrlBar bar = CrlBar::kNone;
  bool is_delta = false;  // without kDelta: OpenSSL takes it for a full list (R9.14)
  bool users_only = false;
  bool cas_only = false;
  // The distribution point's name, DER; "": none. Raw bytes, not for people.
  std::string point;
  // "only user certificates, distribution point http://c.example/a.crl"; "": everything.
  std::string text;

  bool operator==(const CrlScope&) const = default;
};

struct RevocationListFacts {
  Fingerprint fingerprint;
  DistinguishedName issuer;
  std::optional<base::sys_seconds> this_update;
  std::optional<base::sys_seconds> next_update;  // nullopt: none given, so it never becomes stale
  std::string number;                            // hex; "" without the extension
  std::size_t revoked = 0;
  std::size_t der_bytes = 0;
  CrlScope scope;
  bool has_unknown_critical = false;  // a critical extension that OpenSSL does not know (36)
  bool renewal_assumed = false;  // assumed_renewed() made it: it is judged as if it never ended

  /// When it becomes stale. nullopt: never.
  std::optional<base::sys_seconds> ends() const {
    return renewal_assumed ? std::nullopt : next_update;
  }

  bool operator==(const RevocationListFacts&) const = default;
};

}  // namespace mtls::pki
