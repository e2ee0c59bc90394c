// Whether TLS sessions survive the reload that brings a new CRL: nginx takes the old verdict from a
// resumed session and does not verify again (R3.47). Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "config/nginx_build.h"
#include "config/resolved.h"

namespace mtls::audit::trust {

/// How a client that has been revoked since gets in with an old session.
struct Resumption {
  std::chrono::seconds window{0};          // ssl_session_timeout: how long a session is good for
  std::string kept_by;                     // the directive of the default server that keeps it
  std::optional<base::SourceLocation> at;  // of that directive
  bool needs_ticketless_client = false;    // only TLS 1.2 clients that take no tickets have one
  bool is_endless = false;                 // TLS 1.3: every resumption is a new session
};

/// Of the sockets of the server, the one with the longest window. nullopt: the reload ends all
/// sessions.
std::optional<Resumption> resumption(const config::ResolvedConfig& resolved, std::size_t server,
                                     const config::NginxBuild& build);

}  // namespace mtls::audit::trust
