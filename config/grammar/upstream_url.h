// The parts of the argument of a pass directive, as ngx_parse_url() splits it. For URLs without
// variables. The results point into the given text. Pure.
#pragma once

#include <string_view>

namespace mtls::config::grammar {

/// Ignores the case of ASCII letters, like ngx_strncasecmp().
bool starts_with_ignoring_case(std::string_view text, std::string_view head);

/// `host:port` or `unix:/path`. REQUIRES: `url` has no scheme.
std::string_view authority_of(std::string_view url);
/// What follows the authority: `/path`, `?arguments` or "".
std::string_view uri_of(std::string_view url);
/// The host of an authority, or of a name to verify (ngx_http_upstream_ssl_name()).
std::string_view without_port(std::string_view authority);

}  // namespace mtls::config::grammar
