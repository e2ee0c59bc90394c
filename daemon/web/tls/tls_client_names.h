// client_allowed_sans: whether a client certificate carries one of the allowed names. Does not
// verify the certificate. Pure.
#pragma once

#include <openssl/x509.h>

#include <span>
#include <string>

namespace mtls::daemon::web::tls {

/// Whether a DNS name, e-mail address or URI of the subjectAltName equals one of `allowed` byte for
/// byte, or an IP address equals one of them. No wildcards, no common names (exporter-toolkit,
/// TLSConfig.VerifyPeerCertificate).
bool has_allowed_san(const X509* certificate, std::span<const std::string> allowed);

}  // namespace mtls::daemon::web::tls
