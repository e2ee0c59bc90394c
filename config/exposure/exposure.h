// Who gets past the client certificates of a http server block, beyond its own verification:
// clients without SUCCESS, clients without TLS, forged identity headers. Pure.
#pragma once

#include "config/blocks/scopes.h"
#include "config/resolved.h"

namespace mtls::config::exposure {

/// Fills in the guard, its openings or doubt, error_statuses, plaintext_twins and header_gaps of
/// every http server. `on_tls_socket` and the sockets must be there.
void describe_exposure(const blocks::Scopes& scopes, ResolvedConfig& config);

}  // namespace mtls::config::exposure
