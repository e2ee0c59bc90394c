// What a stream server block does with one client behind the certificate check: `allow` and `deny`,
// `set`, and the map that `proxy_pass $x` asks (R9.24). Pure.
#pragma once

#include "config/client_fate.h"
#include "config/client_variables.h"
#include "config/exposure/enforcement.h"

namespace mtls::config::exposure {

/// Of GuardQuestion `http` is the stream block here, and `host` is not asked.
GuardAnswer stream_guard_of(const GuardQuestion& question);

/// The same for a listen without TLS.
GuardAnswer stream_guard_in_plaintext(const GuardQuestion& question);

/// `passes`: the certificate check lets the client through. http_status stays empty.
ClientFate stream_fate_of(const GuardQuestion& question, const ClientVariables& client,
                          bool passes);

}  // namespace mtls::config::exposure
