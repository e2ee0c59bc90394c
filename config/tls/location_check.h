// Locations that a server block has twice: nginx finds them when it builds the tree of its static
// locations, once everything is merged (ngx_http_init_static_location_trees()). Pure.
#pragma once

#include <vector>

#include "config/resolved.h"
#include "config/syntax/ast.h"

namespace mtls::config::tls {

/// The first of each server block of http, in nginx's words.
std::vector<syntax::Diagnostic> check_locations(const ResolvedConfig& config,
                                                const syntax::Document& document);

}  // namespace mtls::config::tls
