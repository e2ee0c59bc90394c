// What a server can negotiate that protects nobody: ciphers of a cipher string and DH parameters,
// as OpenSSL itself reads them. Knows no nginx. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::pki::ssl {

/// Of the ciphers up to TLS 1.2 that a server with this cipher string and security level accepts,
/// in its order, those without encryption or without authentication, with RC4, with MD5, or with
/// less than 128 bits of strength (3DES). Empty also for a string that OpenSSL refuses. What the
/// library was built without, nobody can negotiate: Debian's has neither RC4 nor 3DES.
std::vector<std::string> weak_ciphers(const std::string& list, int security_level);

/// Bits of the prime that PEM_read_bio_DHparams() finds; nullopt: it finds none.
std::optional<int> dh_parameter_bits(std::string_view pem);

}  // namespace mtls::pki::ssl
