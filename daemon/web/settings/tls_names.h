// Translates the names of cipher suites and curves in web-config.yml, which are Go's, into
// OpenSSL's. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mtls::daemon::web::settings {

struct CipherName {
  std::string_view openssl;  // "" for those of TLS 1.3, which cannot be chosen in Go

  bool is_tls13() const { return openssl.empty(); }
};

/// Knows the suites of Go's crypto/tls CipherSuites() (Go 1.19; later ones lack the four with RSA
/// key exchange). nullopt: no such suite, or one that Go calls insecure.
std::optional<CipherName> openssl_cipher(std::string_view go_name);

/// `CurveP256`, `CurveP384`, `CurveP521`, `X25519`.
std::optional<std::string_view> openssl_curve(std::string_view go_name);

}  // namespace mtls::daemon::web::settings
