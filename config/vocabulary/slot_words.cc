#include "config/vocabulary/slot_words.h"

#include <algorithm>
#include <array>

namespace mtls::config::vocabulary {
namespace {

struct Row {
  std::string_view directive;
  std::string_view words;
};

// Why a request goes to the next server, or is answered from the cache.
constexpr std::string_view kFailures =
    "error timeout invalid_header non_idempotent http_500 http_503 http_403 http_404 http_429 "
    "updating off";
constexpr std::string_view kHeaders =
    "X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset "
    "Expires Cache-Control Set-Cookie Vary";
constexpr std::string_view kHttpFailures =
    "error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 "
    "http_404 http_429 updating off";

// Sorted. Source: the ngx_conf_enum_t and ngx_conf_bitmask_t tables.
constexpr std::array kRows{
    Row{"add_header_inherit", "off on merge"},
    Row{"add_trailer_inherit", "off on merge"},
    Row{"autoindex_format", "html json jsonp xml"},
    Row{"client_body_in_file_only", "off on clean"},
    Row{"dav_methods", "off put delete mkcol copy move"},
    Row{"debug_points", "stop abort"},
    Row{"degrade", "204 444"},
    Row{"fastcgi_cache_methods", "GET HEAD POST"},
    Row{"fastcgi_cache_use_stale", kFailures},
    Row{"fastcgi_ignore_headers", kHeaders},
    Row{"fastcgi_next_upstream", kFailures},
    Row{"grpc_ignore_headers", kHeaders},
    Row{"grpc_next_upstream",
        "error timeout invalid_header non_idempotent http_500 http_502 http_503 http_504 http_403 "
        "http_404 http_429 off"},
    Row{"gzip_http_version", "1.0 1.1"},
    Row{"gzip_proxied", "off expired no-cache no-store private no_last_modified no_etag auth any"},
    Row{"gzip_static", "off on always"},
    Row{"if_modified_since", "off exact before"},
    Row{"imap_auth", "plain login cram-md5 external"},
    Row{"keepalive_disable", "none msie6 safari"},
    Row{"limit_conn_log_level", "info notice warn error"},
    Row{"limit_req_log_level", "info notice warn error"},
    Row{"lingering_close", "off on always"},
    Row{"memcached_next_upstream", "error timeout invalid_response not_found off"},
    Row{"pop3_auth", "plain apop cram-md5 external"},
    Row{"proxy_cache_methods", "GET HEAD POST"},
    Row{"proxy_cache_use_stale", kHttpFailures},
    Row{"proxy_http_version", "1.0 1.1 2"},
    Row{"proxy_ignore_headers", kHeaders},
    Row{"proxy_next_upstream", kHttpFailures},
    Row{"satisfy", "all any"},
    Row{"scgi_cache_methods", "GET HEAD POST"},
    Row{"scgi_cache_use_stale", kFailures},
    Row{"scgi_ignore_headers", kHeaders},
    Row{"scgi_next_upstream", kFailures},
    Row{"server_tokens", "off on build"},
    Row{"smtp_auth", "plain login cram-md5 external none"},
    Row{"tunnel_next_upstream", "error timeout off"},
    Row{"userid", "off log v1 on"},
    Row{"userid_flags", "off secure httponly samesite=strict samesite=lax samesite=none"},
    Row{"uwsgi_cache_methods", "GET HEAD POST"},
    Row{"uwsgi_cache_use_stale", kFailures},
    Row{"uwsgi_ignore_headers", kHeaders},
    Row{"uwsgi_next_upstream", kFailures},
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::directive));

}  // namespace

std::string_view slot_words(std::string_view directive) {
  const auto* const row = std::ranges::lower_bound(kRows, directive, {}, &Row::directive);
  return row != kRows.end() && row->directive == directive ? row->words : std::string_view{};
}

}  // namespace mtls::config::vocabulary
