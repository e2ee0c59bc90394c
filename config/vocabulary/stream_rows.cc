// Directives of stream and its modules.
#include <array>

#include "config/vocabulary/rows.h"

namespace mtls::config::vocabulary::rows {
namespace {

constexpr auto kRows = std::to_array<KnownDirective>({
    // ngx_stream_core_module
    {"variables_hash_max_size", kInStream, k1, Trait::kNumber},
    {"variables_hash_bucket_size", kInStream, k1, Trait::kNumber},
    {"server", kInStream, kNoArgs, Trait::kBlock},
    {"error_log", kStreamLevels, k1OrMore},
    {"resolver", kStreamLevels, k1OrMore, Trait::kOnce},
    {"resolver_timeout", kStreamLevels, k1, Trait::kMilliseconds},
    {"proxy_protocol_timeout", kStreamLevels, k1, Trait::kMilliseconds},
    {"tcp_nodelay", kStreamLevels, k1, Trait::kOnOff},
    {"preread_buffer_size", kStreamLevels, k1, Trait::kSize},
    {"preread_timeout", kStreamLevels, k1, Trait::kMilliseconds},
    {"server_names_hash_max_size", kInStream, k1, Trait::kNumber, {1, 25, 5}},
    {"server_names_hash_bucket_size", kInStream, k1, Trait::kNumber, {1, 25, 5}},
    // ngx_stream_access_module
    {"allow", kStreamLevels, k1},
    {"deny", kStreamLevels, k1},
    // ngx_stream_geo_module
    {"geo", kInStream, k12, Trait::kBlock},
    // ngx_stream_geoip_module
    {"geoip_country", kInStream, k12, Trait::kOnce},
    {"geoip_org", kInStream, k12, Trait::kOnce},
    {"geoip_city", kInStream, k12, Trait::kOnce},
    // ngx_stream_limit_conn_module
    {"limit_conn_zone", kInStream, k2},
    {"limit_conn", kStreamLevels, k2},
    {"limit_conn_log_level", kStreamLevels, k1, Trait::kEnum},
    {"limit_conn_dry_run", kStreamLevels, k1, Trait::kOnOff},
    // ngx_stream_log_module
    {"log_format", kInStream, k2OrMore},
    {"access_log", kStreamLevels, k1OrMore},
    {"open_log_file_cache", kStreamLevels, k1234, Trait::kOnce},
    // ngx_stream_map_module
    {"map", kInStream, k2, Trait::kBlock},
    {"map_hash_max_size", kInStream, k1, Trait::kNumber},
    {"map_hash_bucket_size", kInStream, k1, Trait::kNumber},
    // ngx_stream_pass_module
    {"pass", kInStreamServer, k1},
    // ngx_stream_proxy_module
    {"proxy_bind", kStreamLevels, k12, Trait::kOnce},
    {"proxy_socket_keepalive", kStreamLevels, k1, Trait::kOnOff},
    {"proxy_connect_timeout", kStreamLevels, k1, Trait::kMilliseconds},
    {"proxy_timeout", kStreamLevels, k1, Trait::kMilliseconds},
    {"proxy_buffer_size", kStreamLevels, k1, Trait::kSize},
    {"proxy_downstream_buffer", kStreamLevels, k1, Trait::kSize},
    {"proxy_upstream_buffer", kStreamLevels, k1, Trait::kSize},
    {"proxy_upload_rate", kStreamLevels, k1, Trait::kOnce},
    {"proxy_download_rate", kStreamLevels, k1, Trait::kOnce},
    {"proxy_requests", kStreamLevels, k1, Trait::kNumber},
    {"proxy_responses", kStreamLevels, k1, Trait::kNumber},
    {"proxy_next_upstream", kStreamLevels, k1, Trait::kOnOff},
    {"proxy_next_upstream_tries", kStreamLevels, k1, Trait::kNumber},
    {"proxy_next_upstream_timeout", kStreamLevels, k1, Trait::kMilliseconds},
    {"proxy_protocol", kStreamLevels, k1, Trait::kOnce},
    {"proxy_half_close", kStreamLevels, k1, Trait::kOnOff},
    {"proxy_socket_rcvbuf", kStreamLevels, k1, Trait::kSize},
    {"proxy_socket_sndbuf", kStreamLevels, k1, Trait::kSize},
    // ngx_stream_realip_module
    {"set_real_ip_from", kStreamLevels, k1},
    // ngx_stream_return_module
    {"return", kInStreamServer, k1},
    // ngx_stream_set_module
    {"set", kInStreamServer, k2},
    // ngx_stream_split_clients_module
    {"split_clients", kInStream, k2, Trait::kBlock},
    // ngx_stream_ssl_preread_module
    {"ssl_preread", kStreamLevels, k1, Trait::kOnOff},
    // ngx_stream_upstream_hash_module
    {"hash", kInStreamUpstream, k12},
    // ngx_stream_upstream_least_conn_module
    {"least_conn", kInStreamUpstream, kNoArgs},
    // ngx_stream_upstream_least_time_module
    {"least_time", kInStreamUpstream, k12},
    // ngx_stream_upstream_module
    {"upstream", kInStream, k1, Trait::kBlock},
    {"server", kInStreamUpstream, k1OrMore},
    {"resolver", kInStreamUpstream, k1OrMore, Trait::kNone, {1, 27, 3}},
    {"resolver_timeout", kInStreamUpstream, k1, Trait::kMilliseconds, {1, 27, 3}},
    // ngx_stream_upstream_random_module
    {"random", kInStreamUpstream, kNoArgs | k12},
    // ngx_stream_upstream_zone_module
    {"zone", kInStreamUpstream, k12},
});

}  // namespace

std::span<const KnownDirective> of_stream() { return kRows; }

}  // namespace mtls::config::vocabulary::rows
