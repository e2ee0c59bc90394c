#include "config/vocabulary/optional_modules.h"

#include <array>
#include <sstream>
#include <string>
#include <unordered_map>

namespace mtls::config::vocabulary {
namespace {

/// A module that is built only on request, and its directives, separated by spaces.
struct Brought {
  std::string_view module;  // as in nginx's configure script
  std::string_view directives;
};

constexpr std::array kBrought{
    Brought{"http_addition_module", "add_after_body add_before_body addition_types"},
    Brought{"http_auth_request_module", "auth_request auth_request_set"},
    Brought{"http_dav_module", "create_full_put_path dav_access dav_methods min_delete_depth"},
    Brought{"http_degradation_module", "degradation degrade"},
    Brought{"http_flv_module", "flv"},
    Brought{"http_geoip_module",
            "geoip_city geoip_country geoip_org geoip_proxy geoip_proxy_recursive"},
    Brought{"http_gunzip_module", "gunzip gunzip_buffers"},
    Brought{"http_gzip_static_module", "gzip_static"},
    Brought{"http_image_filter_module",
            "image_filter image_filter_buffer image_filter_interlace image_filter_jpeg_quality "
            "image_filter_sharpen image_filter_transparency image_filter_webp_quality"},
    Brought{"http_mp4_module", "mp4 mp4_buffer_size mp4_max_buffer_size mp4_start_key_frame"},
    Brought{"http_perl_module", "perl perl_modules perl_require perl_set"},
    Brought{"http_random_index_module", "random_index"},
    Brought{"http_realip_module", "real_ip_header real_ip_recursive set_real_ip_from"},
    Brought{"http_secure_link_module", "secure_link secure_link_md5 secure_link_secret"},
    Brought{"http_slice_module", "slice"},
    Brought{"http_stub_status_module", "stub_status"},
    Brought{"http_sub_module",
            "sub_filter sub_filter_last_modified sub_filter_once sub_filter_types"},
    Brought{"http_v2_module",
            "http2 http2_body_preread_size http2_chunk_size http2_idle_timeout "
            "http2_max_concurrent_pushes http2_max_concurrent_streams http2_max_field_size "
            "http2_max_header_size http2_max_requests http2_pool_size http2_push "
            "http2_push_preload http2_recv_buffer_size http2_recv_timeout http2_streams_index_size "
            "spdy_chunk_size spdy_headers_comp spdy_keepalive_timeout spdy_max_concurrent_streams "
            "spdy_pool_size spdy_recv_buffer_size spdy_recv_timeout spdy_streams_index_size"},
    Brought{"http_v3_module",
            "http3 http3_hq http3_max_concurrent_streams http3_stream_buffer_size "
            "quic_active_connection_id_limit quic_gso quic_host_key quic_retry"},
    Brought{"http_xslt_module",
            "xml_entities xml_external_entities xslt_last_modified xslt_param xslt_string_param "
            "xslt_stylesheet xslt_types"},
    Brought{"stream_geoip_module", "geoip_city geoip_country geoip_org"},
    Brought{"stream_realip_module", "set_real_ip_from"},
    Brought{"stream_ssl_preread_module", "ssl_preread"},
    Brought{"google_perftools_module", "google_perftools_profiles"},
    Brought{"http", "http"},
    Brought{"mail", "mail"},
    Brought{"stream", "stream"},
};

using Index = std::unordered_map<std::string, std::string_view>;

Index index_of(std::string_view prefix) {
  Index modules;
  for (const Brought& row : kBrought) {
    if (!row.module.starts_with(prefix)) continue;
    std::istringstream names{std::string(row.directives)};
    for (std::string name; names >> name;) modules.emplace(std::move(name), row.module);
  }
  return modules;
}

}  // namespace

std::string_view optional_module_of(std::string_view directive, Part part) {
  static const Index kOfHttp = index_of("http_");
  static const Index kOfStream = index_of("stream_");
  static const Index kOfMain = index_of("");
  const Index& modules = part == Part::kHttp     ? kOfHttp
                         : part == Part::kStream ? kOfStream
                                                 : kOfMain;
  const auto found = modules.find(std::string(directive));
  return found == modules.end() ? std::string_view{} : found->second;
}

}  // namespace mtls::config::vocabulary
