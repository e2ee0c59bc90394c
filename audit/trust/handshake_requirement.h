// Whether OpenSSL itself turns away clients without a certificate, before nginx asks who they are
// (R3.6, ssl_conf_command VerifyMode Require). Pure.
#pragma once

#include <cstddef>

#include "audit/snapshot.h"

namespace mtls::audit::trust {

/// No TLS connection leads to the server without a client certificate: not with its name, and not
/// without SNI, when the default server of the address begins the handshake and Host chooses this
/// one later (R3.42).
bool handshake_requires_certificate(const Snapshot& snapshot, std::size_t server);

}  // namespace mtls::audit::trust
