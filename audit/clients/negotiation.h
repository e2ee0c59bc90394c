// Whether a client with a certificate gets to show it: what nginx and its key can agree on in the
// handshake (R9.3), and what nginx's OpenSSL does not decode (R9.18). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "config/resolved.h"
#include "pki/client_key.h"
#include "pki/material.h"

namespace mtls::audit::clients {

struct Negotiation {
  // nullopt: not known, as with signature algorithms or groups of the configuration's own.
  std::optional<bool> offered;
  // With which nginx ends the handshake (RFC 8446 §6): `decode_error`, `illegal_parameter`; "": it
  // does not.
  std::string alert;
};

/// `sent`: what the client sends, leaf first. `index`, `owner`: of the server block that is asked
/// for, and of the one whose SSL_CTX judges.
Negotiation negotiate(const config::ResolvedConfig& resolved, std::size_t index, std::size_t owner,
                      const pki::Material& sent);

}  // namespace mtls::audit::clients
