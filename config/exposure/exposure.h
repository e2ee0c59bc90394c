// Who gets past the client certificate check of an http server block: clients without a verified
// certificate, clients without TLS, forged identity headers. Pure.
#pragma once

#include "config/blocks/scopes.h"
#include "config/resolved.h"

namespace mtls::config::exposure {

/// Fills in the guard, its openings or doubt, error_statuses, plaintext_twins and header_gaps of
/// every http server. REQUIRES: `on_tls_socket` and the sockets of `config` are complete.
void describe_exposure(const blocks::Scopes& scopes, ResolvedConfig& config);

}  // namespace mtls::config::exposure
