// Prepares the answers of config/routing/reach.h once, at the end of resolve(): the name tables of
// the sockets, the role of each server block on them, and the backends behind. Pure.
#pragma once

#include <vector>

#include "config/blocks/scopes.h"
#include "config/nginx_build.h"
#include "config/resolved.h"

namespace mtls::config::routing {

/// Fills names, reaches, lost_names, backends and open_routes of `config`. REQUIRES: its servers
/// and sockets are complete; `scopes` is what they were merged from. Returns nginx's complaints
/// about server names when it builds its tables (ngx_http_server_names()).
std::vector<syntax::Diagnostic> index_reach(ResolvedConfig& config, const blocks::Scopes& scopes,
                                            const NginxBuild& build);

}  // namespace mtls::config::routing
