// What the questions about reachability (config/routing/reach.h) are answered from, worked out once
// at the end of resolve(): the name tables of the sockets, what each server block is on them, and
// which backends they lead to. Pure.
#pragma once

#include <vector>

#include "config/blocks/scopes.h"
#include "config/nginx_build.h"
#include "config/resolved.h"

namespace mtls::config::routing {

/// Fills names, standings, lost_names and backends of `config`, whose servers and sockets are done;
/// `scopes` is what they were merged from. Returns what nginx complains of when it puts the names
/// together (ngx_http_server_names).
std::vector<syntax::Diagnostic> index_reach(ResolvedConfig& config, const blocks::Scopes& scopes,
                                            const NginxBuild& build);

}  // namespace mtls::config::routing
