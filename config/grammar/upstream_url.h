// The parts of what a pass directive names, as ngx_parse_url() cuts it. Views into the text given;
// for URLs without variables. Pure.
#pragma once

#include <string_view>

namespace mtls::config::grammar {

/// ASCII, as ngx_strncasecmp().
bool starts_with_ignoring_case(std::string_view text, std::string_view head);

/// `host:port` or `unix:/path`; `url` without its scheme.
std::string_view authority_of(std::string_view url);
/// What stands behind the authority: `/path`, `?arguments` or "".
std::string_view uri_of(std::string_view url);
/// The host of an authority or of a name to check (ngx_http_upstream_ssl_name).
std::string_view without_port(std::string_view authority);

}  // namespace mtls::config::grammar
