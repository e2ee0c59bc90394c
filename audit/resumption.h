// Whether TLS sessions outlive the reload that brings a new CRL: nginx takes the old verdict from a
// resumed session and asks nobody again (R3.47). Pure.
#pragma once

#include <chrono>
#include <cstddef>

#include "config/tls_context.h"

namespace mtls::audit {

/// How long after its last handshake a client that was revoked since is still let in: the largest
/// ssl_session_timeout over the sockets of the server; 0: the reload ends all sessions.
std::chrono::seconds resumption_window(const config::ResolvedConfig& resolved, std::size_t server);

}  // namespace mtls::audit
