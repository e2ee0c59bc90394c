// What nginx finds wrong once all blocks are merged (R2.30 to R2.36): complaints without a line.
// Files are not looked at. Pure.
#pragma once

#include <vector>

#include "config/ast.h"
#include "config/merge.h"
#include "config/tls_context.h"

namespace mtls::config {

/// Of one server; `input` is what `context` was merged from.
std::vector<Diagnostic> check_server(const TlsContext& context, const MergeInput& input,
                                     const Document& document);

/// Of the http sockets and their default servers (ngx_http_ssl_init).
std::vector<Diagnostic> check_sockets(const ResolvedConfig& config, const Document& document);

}  // namespace mtls::config
