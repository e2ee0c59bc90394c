// Code of the site inside the TLS handshake of a server block (R9.9). Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "config/blocks/scopes.h"
#include "config/exposure_facts.h"
#include "config/resolved.h"

namespace mtls::config::exposure {

/// The ssl_certificate_by_lua* and ssl_client_hello_by_lua* that run for connections to one server
/// block: its own, or the inherited one, and those of the default servers of its addresses, whose
/// SSL_CTX begins every handshake. Each may call ssl.verify_client(). `around`: the block around
/// the server block; nobody looks for hooks in the server blocks that it holds.
std::vector<HandshakeHook> handshake_hooks(const blocks::Scopes& scopes,
                                           const ResolvedConfig& config, std::size_t server,
                                           const syntax::Directive& around);

}  // namespace mtls::config::exposure
