#include "config/vocabulary/variable_table.h"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

namespace mtls::config::vocabulary {
namespace {

/// Variables that one release of one module introduced.
struct Group {
  std::string_view module;  // "": always compiled in
  std::string_view names;   // separated by spaces; `x_*` means all names that begin with `x_`
  Version since = {};
  Version until = {9999, 0, 0};  // the first release without them
};

constexpr std::array kHttp{
    Group{.module = "",
          .names = "arg_* args binary_remote_addr body_bytes_sent bytes_sent connection "
                   "connection_requests content_length content_type cookie_* document_root "
                   "document_uri host hostname http_* https is_args limit_rate msec nginx_version "
                   "pid pipe proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr "
                   "proxy_protocol_server_port query_string realpath_root remote_addr remote_port "
                   "remote_user request request_body request_body_file request_completion "
                   "request_filename request_id request_length request_method request_time "
                   "request_uri scheme sent_http_* sent_trailer_* server_addr server_name "
                   "server_port server_protocol status tcpinfo_rcv_space tcpinfo_rtt "
                   "tcpinfo_rttvar tcpinfo_snd_cwnd time_iso8601 time_local upstream_addr "
                   "upstream_bytes_received upstream_bytes_sent upstream_cache_etag "
                   "upstream_cache_last_modified upstream_cache_status upstream_connect_time "
                   "upstream_cookie_* upstream_header_time upstream_http_* "
                   "upstream_response_length upstream_response_time upstream_status "
                   "upstream_trailer_* uri"},
    Group{.module = "", .names = "connection_time", .since = {1, 19, 10}},
    Group{.module = "", .names = "proxy_protocol_tlv_*", .since = {1, 23, 2}},
    Group{.module = "", .names = "is_request_port request_port", .since = {1, 29, 3}},
    Group{.module = "http_browser_module", .names = "ancient_browser modern_browser msie"},
    Group{.module = "http_fastcgi_module", .names = "fastcgi_path_info fastcgi_script_name"},
    Group{.module = "http_geoip_module",
          .names = "geoip_area_code geoip_city geoip_city_continent_code geoip_city_country_code "
                   "geoip_city_country_code3 geoip_city_country_name geoip_country_code "
                   "geoip_country_code3 geoip_country_name geoip_dma_code geoip_latitude "
                   "geoip_longitude geoip_org geoip_postal_code geoip_region geoip_region_name"},
    Group{.module = "http_grpc_module", .names = "grpc_internal_trailers"},
    Group{.module = "http_gzip_module", .names = "gzip_ratio"},
    Group{.module = "http_limit_conn_module", .names = "limit_conn_status"},
    Group{.module = "http_limit_req_module", .names = "limit_req_status"},
    Group{.module = "http_proxy_module",
          .names = "proxy_add_via proxy_add_x_forwarded_for proxy_host proxy_internal_body_length "
                   "proxy_internal_chunked proxy_port"},
    Group{.module = "http_proxy_module",
          .names = "proxy_internal_connection",
          .since = {1, 29, 4},
          .until = {1, 29, 7}},
    Group{.module = "http_proxy_module",
          .names = "proxy_internal_host",
          .since = {1, 29, 4},
          .until = {1, 31, 4}},
    Group{.module = "http_realip_module", .names = "realip_remote_addr realip_remote_port"},
    Group{.module = "http_referer_module", .names = "invalid_referer"},
    Group{.module = "http_secure_link_module", .names = "secure_link secure_link_expires"},
    Group{.module = "http_slice_module", .names = "slice_range"},
    Group{.module = "http_ssi_module", .names = "date_gmt date_local"},
    Group{.module = "http_ssl_module",
          .names = "ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert "
                   "ssl_client_fingerprint ssl_client_i_dn ssl_client_i_dn_legacy "
                   "ssl_client_raw_cert ssl_client_s_dn ssl_client_s_dn_legacy ssl_client_serial "
                   "ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify "
                   "ssl_curves ssl_early_data ssl_protocol ssl_server_name ssl_session_id "
                   "ssl_session_reused"},
    Group{.module = "http_ssl_module", .names = "ssl_alpn_protocol", .since = {1, 21, 4}},
    Group{.module = "http_ssl_module", .names = "ssl_curve", .since = {1, 21, 5}},
    Group{
        .module = "http_ssl_module", .names = "ssl_client_sigalg ssl_sigalg", .since = {1, 29, 3}},
    Group{.module = "http_ssl_module",
          .names = "ssl_ech_outer_server_name ssl_ech_status",
          .since = {1, 29, 4}},
    Group{.module = "http_ssl_module", .names = "ssl_sigalgs", .since = {1, 31, 2}},
    Group{
        .module = "http_stub_status_module",
        .names = "connections_active connections_reading connections_waiting connections_writing"},
    Group{.module = "http_userid_module", .names = "uid_got uid_reset uid_set"},
    Group{.module = "http_v2_module", .names = "http2"},
    Group{.module = "http_v3_module", .names = "http3", .since = {1, 25, 0}},
};

constexpr std::array kStream{
    Group{.module = "",
          .names = "binary_remote_addr bytes_received bytes_sent connection hostname msec "
                   "nginx_version pid protocol proxy_protocol_addr proxy_protocol_port "
                   "proxy_protocol_server_addr proxy_protocol_server_port remote_addr remote_port "
                   "server_addr server_port session_time status time_iso8601 time_local "
                   "upstream_addr upstream_bytes_received upstream_bytes_sent "
                   "upstream_connect_time upstream_first_byte_time upstream_session_time"},
    Group{.module = "", .names = "proxy_protocol_tlv_*", .since = {1, 23, 2}},
    Group{.module = "", .names = "server_name", .since = {1, 25, 5}},
    Group{.module = "stream_geoip_module",
          .names = "geoip_area_code geoip_city geoip_city_continent_code geoip_city_country_code "
                   "geoip_city_country_code3 geoip_city_country_name geoip_country_code "
                   "geoip_country_code3 geoip_country_name geoip_dma_code geoip_latitude "
                   "geoip_longitude geoip_org geoip_postal_code geoip_region geoip_region_name"},
    Group{.module = "stream_limit_conn_module", .names = "limit_conn_status"},
    Group{.module = "stream_realip_module", .names = "realip_remote_addr realip_remote_port"},
    Group{.module = "stream_ssl_module",
          .names = "ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert "
                   "ssl_client_fingerprint ssl_client_i_dn ssl_client_raw_cert ssl_client_s_dn "
                   "ssl_client_serial ssl_client_v_end ssl_client_v_remain ssl_client_v_start "
                   "ssl_client_verify ssl_curves ssl_protocol ssl_server_name ssl_session_id "
                   "ssl_session_reused"},
    Group{.module = "stream_ssl_module", .names = "ssl_alpn_protocol", .since = {1, 21, 4}},
    Group{.module = "stream_ssl_module", .names = "ssl_curve", .since = {1, 21, 5}},
    Group{.module = "stream_ssl_module",
          .names = "ssl_client_sigalg ssl_sigalg",
          .since = {1, 29, 3}},
    Group{.module = "stream_ssl_module",
          .names = "ssl_ech_outer_server_name ssl_ech_status",
          .since = {1, 29, 4}},
    Group{.module = "stream_ssl_module", .names = "ssl_sigalgs", .since = {1, 31, 2}},
    Group{.module = "stream_ssl_preread_module",
          .names = "ssl_preread_alpn_protocols ssl_preread_protocol ssl_preread_server_name"},
};

bool is_name(std::string_view known, std::string_view name) {
  if (!known.ends_with('*')) return known == name;
  known.remove_suffix(1);
  return name.starts_with(known);
}

bool stands_in(std::string_view names, std::string_view name) {
  std::istringstream words{std::string(names)};
  for (std::string word; words >> word;) {
    if (is_name(word, name)) return true;
  }
  return false;
}

std::span<const Group> groups_of(Module module) {
  switch (module) {
    case Module::kHttp: return kHttp;
    case Module::kStream: return kStream;
    case Module::kMail: break;
  }
  return {};
}

}  // namespace

bool is_variable(std::string_view name, Module module, const ModuleSet& modules, Version version) {
  const auto groups = groups_of(module);
  return std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
    const bool exists = version >= group.since && version < group.until;
    return exists && (group.module.empty() || modules.has(group.module)) &&
           stands_in(group.names, name);
  });
}

}  // namespace mtls::config::vocabulary
