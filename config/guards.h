// Does anything refuse a request whose client has no verified certificate? Read from a server's
// directives. Pure.
#pragma once

#include "config/ast.h"
#include "config/tls_context.h"

namespace mtls::config {

/// `http` is the enclosing block (its maps can carry the verdict into other variables), `server`
/// one of its server blocks.
///
/// kComplete: a server-level `if ($ssl_client_verify != SUCCESS) { return 4xx|444; }` stands before
/// every server-level `return`, `rewrite`, `set` of it or other `if` (the server rewrite phase runs
/// in order, ngx_http_rewrite_module). kUndecidable: `$ssl_client_verify` or another
/// `$ssl_client_*` variable, or Lua, njs, Perl or auth_request, is used by the server or by a map
/// it could read, in a way that is not the above. kNone: nothing of that kind: whoever connects is
/// served.
Guard guard_of(const Directive& http, const Directive& server);

}  // namespace mtls::config
