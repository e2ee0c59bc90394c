// client_allowed_sans: whether a client certificate carries one of the names that are let in. Pure.
#pragma once

#include <openssl/x509.h>

#include <span>
#include <string>

namespace mtls::daemon::web::tls {

/// A DNS name, e-mail address or URI of the subjectAltName that is byte for byte one of `allowed`,
/// or an IP address that one of them denotes. No wildcards, no common names (exporter-toolkit,
/// TLSConfig.VerifyPeerCertificate).
bool has_allowed_san(const X509* certificate, std::span<const std::string> allowed);

}  // namespace mtls::daemon::web::tls
