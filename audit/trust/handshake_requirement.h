// Whether OpenSSL itself turns away clients without a certificate, before nginx asks who they are
// (R3.6, ssl_conf_command VerifyMode Require). Pure.
#pragma once

#include <cstddef>

#include "audit/snapshot.h"

namespace mtls::audit::trust {

/// True if no TLS connection reaches the server without a client certificate: neither with its name
/// as SNI, nor without SNI, where the default server of the address shakes hands and Host then
/// selects this server (R3.42).
bool handshake_requires_certificate(const Snapshot& snapshot, std::size_t server);

}  // namespace mtls::audit::trust
