// Variables that nobody defines (R2.41): nginx looks each one up when its http or stream block ends
// (ngx_http_variables_init_vars, ngx_stream_variables_init_vars), and refuses the first it does not
// find. Words that cannot be compiled at all it refuses where they stand. Pure.
#pragma once

#include <vector>

#include "config/nginx_build.h"
#include "config/resolved.h"
#include "config/syntax/ast.h"

namespace mtls::config::tls {

/// nginx's complaints about variables. Unknown ones are told only where every module that takes
/// part is known to be nginx's own and of a known release, and every directive too.
std::vector<syntax::Diagnostic> check_variables(const syntax::Document& document,
                                                const ResolvedConfig& config,
                                                const NginxBuild& build);

}  // namespace mtls::config::tls
