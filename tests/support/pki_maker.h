// A throw-away PKI, made at test time relative to a fixed T0, or to the present where real nginx
// judges. No key is ever committed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace mtls::testing {

/// 2030-01-01T00:00:00Z: `now` in tests that take the time as an argument.
inline constexpr base::sys_seconds kT0{std::chrono::seconds{1893456000}};

enum class KeyKind { kEcP256, kEd25519, kRsa1024, kRsa2048 };

struct MintedObjects;  // the OpenSSL objects, private to pki_maker.cc

struct Minted {
  std::string certificate_pem;
  std::string key_pem;
  std::shared_ptr<const MintedObjects> objects;  // what a child needs from its issuer
};

struct CertificateSpec {
  std::string subject = "CN=Test";      // "CN=Root A,O=Test", comma-separated, in encoding order
  const Minted* issuer = nullptr;       // nullptr: self-signed
  const Minted* same_key_as = nullptr;  // for renewals and cross-signs
  base::sys_seconds not_before = kT0 - std::chrono::days{30};
  base::sys_seconds not_after = kT0 + std::chrono::days{365};
  std::optional<bool> ca;  // basicConstraints CA:TRUE|FALSE; nullopt: no such extension
  std::optional<int> path_length;
  std::string key_usage;  // OpenSSL's words: "critical,keyCertSign,cRLSign"; "" = no extension
  std::string extended_key_usage;  // "clientAuth", "serverAuth", "anyExtendedKeyUsage", …; "" = no
                                   // extension
  std::string name_constraints;    // "permitted;DNS:example.com"; "" = none
  std::vector<std::string> dns_names;    // SAN
  std::vector<std::string> other_names;  // SAN: "IP:192.0.2.1", "email:a@b", "URI:x://y"
  bool key_identifiers = true;           // SKI and AKI
  bool pins_issuer = false;              // the AKI has the issuer's issuer and serial number too
  std::string crl_points;                // "URI:http://a.test/1.crl"; "" = no extension
  std::string digest = "SHA256";         // signature digest: SHA256, SHA1, MD5
  KeyKind key = KeyKind::kEcP256;
  std::int64_t serial = 0;  // 0: a new one
};

Minted mint(const CertificateSpec& spec);

/// An ordinary CA (CA:TRUE, keyCertSign and cRLSign; self-signed without an issuer) and an ordinary
/// client (clientAuth, digitalSignature), to be modified before minting.
CertificateSpec ca_spec(const std::string& subject, const Minted* issuer = nullptr);
CertificateSpec client_spec(const std::string& subject, const Minted& issuer);

/// An ordinary root, intermediate or client certificate in one call.
Minted mint_root(const std::string& subject);
Minted mint_intermediate(const std::string& subject, const Minted& issuer);
Minted mint_client(const std::string& subject, const Minted& issuer);
/// A server certificate with `dns_name` as CN and SAN.
Minted mint_server(const std::string& dns_name, const Minted& issuer);

struct CrlSpec {
  const Minted* issuer = nullptr;
  base::sys_seconds this_update = kT0 - std::chrono::days{1};
  std::optional<base::sys_seconds> next_update = kT0 + std::chrono::days{7};
  std::vector<const Minted*> revoked;
  std::int64_t number = 1;
  bool key_identifier = true;  // AKI
  // issuingDistributionPoint in OpenSSL's words: "critical,onlyuser:TRUE"; "" = no extension
  std::string scope = {};
  bool delta = false;  // deltaCRLIndicator
};

std::string mint_crl(const CrlSpec& spec);  // PEM

/// The same certificate as `-----BEGIN TRUSTED CERTIFICATE-----` with `trust` added (for example
/// "clientAuth"; "" adds none).
std::string as_trusted_pem(const Minted& minted, const std::string& trust);

/// Its PEM with `count` zero bytes behind the DER, inside the block.
std::string with_trailing_bytes(const Minted& minted, std::size_t count);

/// Its DER.
std::string as_der(const Minted& minted);

/// A prime with `bits` bits for ssl_dhparam (1024: the second group of RFC 2409, 2048: a group of
/// RFC 3526).
std::string mint_dh_parameters(int bits);

/// Its key, encrypted as PKCS #8.
std::string encrypted_key_pem(const Minted& minted, const std::string& password);

}  // namespace mtls::testing
