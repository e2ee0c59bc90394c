// What a server can negotiate that protects nobody: weak ciphers of a cipher string and short DH
// parameters, as OpenSSL itself reads them. Knows nothing of nginx. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::pki::ssl {

/// The weak ones among the ciphers up to TLS 1.2 that a server with this cipher string and security
/// level accepts, in its order of preference. Weak is: no encryption, no authentication, RC4, MD5,
/// or less than 128 bits of strength (3DES). Empty when OpenSSL refuses the string. Ciphers that
/// the library was built without cannot be negotiated: Debian's has neither RC4 nor 3DES.
std::vector<std::string> weak_ciphers(const std::string& list, int security_level);

/// Bits of the prime that PEM_read_bio_DHparams() reads; nullopt when it reads none.
std::optional<int> dh_parameter_bits(std::string_view pem);

}  // namespace mtls::pki::ssl
