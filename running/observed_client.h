// A client that came, as the lines of nginx's own log told it (R9.7). Plain values; no names: what
// is personal is only in `certificate`, which is kept only where the settings say so.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace mtls::running {

/// A server block as the metrics name it: labels `server` and `listen`.
struct ObservedServer {
  std::string server;
  std::string listen;

  auto operator<=>(const ObservedServer&) const = default;
};

/// One client at one server block.
struct ObservedVisits {
  ObservedServer at;
  std::chrono::sys_seconds first_seen;  // of handshakes, UTC
  std::chrono::sys_seconds last_seen;
  std::uint64_t connections = 0;  // resumed ones too
  // What nginx said last: an X509_V_ERR_ code, 0: accepted, -1: refused with words that have no
  // code.
  int last_code = 0;

  bool operator==(const ObservedVisits&) const = default;
};

/// A leaf that came at least once.
struct ObservedClient {
  std::string fingerprint;  // SHA-256 of the DER, 64 lowercase hex digits; the key
  // The first 16 hex digits of SHA-256 of the public key (SubjectPublicKeyInfo) that made the
  // signature; "other": no CA file on this host has that key.
  std::string issuer_key;
  std::string serial;  // lowercase hex digits, as in CertificateFacts
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  bool may_be_client = true;   // its purposes allow clientAuth, as OpenSSL's purpose check has it
  std::string key_kind;        // `RSA 2048`, `EC prime256v1`, `ED25519`
  std::string signature_kind;  // `sha256WithRSAEncryption`
  std::vector<ObservedVisits> visits;     // ordered by `at`
  std::vector<std::uint8_t> certificate;  // DER; empty unless `remember: subjects`

  bool operator==(const ObservedClient&) const = default;
};

}  // namespace mtls::running
