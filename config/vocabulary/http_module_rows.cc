// Directives of the http modules that answer, filter, log and limit requests.
#include <array>

#include "config/vocabulary/rows.h"

namespace mtls::config::vocabulary::rows {
namespace {

constexpr auto kRows = std::to_array<KnownDirective>({
    // ngx_http_access_module
    {"allow", kHttpLevels | kInLimitExcept, k1},
    {"deny", kHttpLevels | kInLimitExcept, k1},
    // ngx_http_addition_filter_module
    {"add_before_body", kHttpLevels, k1, Trait::kOnce},
    {"add_after_body", kHttpLevels, k1, Trait::kOnce},
    {"addition_types", kHttpLevels, k1OrMore},
    // ngx_http_auth_basic_module
    {"auth_basic", kHttpLevels | kInLimitExcept, k1, Trait::kOnce},
    {"auth_basic_user_file", kHttpLevels | kInLimitExcept, k1, Trait::kOnce},
    // ngx_http_auth_request_module
    {"auth_request", kHttpLevels, k1, Trait::kOnce},
    {"auth_request_set", kHttpLevels, k2},
    // ngx_http_autoindex_module
    {"autoindex", kHttpLevels, k1, Trait::kOnOff},
    {"autoindex_format", kHttpLevels, k1, Trait::kEnum},
    {"autoindex_localtime", kHttpLevels, k1, Trait::kOnOff},
    {"autoindex_exact_size", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_browser_module
    {"modern_browser", kHttpLevels, k12},
    {"ancient_browser", kHttpLevels, k1OrMore},
    {"modern_browser_value", kHttpLevels, k1},
    {"ancient_browser_value", kHttpLevels, k1},
    // ngx_http_charset_filter_module
    {"charset", kHttpLevels | kInLocationIf, k1, Trait::kOnce},
    {"source_charset", kHttpLevels | kInLocationIf, k1, Trait::kOnce},
    {"override_charset", kHttpLevels | kInLocationIf, k1, Trait::kOnOff},
    {"charset_types", kHttpLevels, k1OrMore},
    {"charset_map", kInHttp, k2, Trait::kBlock},
    // ngx_http_dav_module
    {"dav_methods", kHttpLevels, k1OrMore, Trait::kWords},
    {"create_full_put_path", kHttpLevels, k1, Trait::kOnOff},
    {"min_delete_depth", kHttpLevels, k1, Trait::kNumber},
    {"dav_access", kHttpLevels, k123, Trait::kOnce},
    // ngx_http_degradation_module
    {"degradation", kInHttp, k1},
    {"degrade", kHttpLevels, k1, Trait::kEnum},
    // ngx_http_empty_gif_module
    {"empty_gif", kInLocation, kNoArgs},
    // ngx_http_flv_module
    {"flv", kInLocation, kNoArgs},
    // ngx_http_geo_module
    {"geo", kInHttp, k12, Trait::kBlock},
    // ngx_http_geoip_module
    {"geoip_country", kInHttp, k12, Trait::kOnce},
    {"geoip_org", kInHttp, k12, Trait::kOnce},
    {"geoip_city", kInHttp, k12, Trait::kOnce},
    {"geoip_proxy", kInHttp, k1},
    {"geoip_proxy_recursive", kInHttp, k1, Trait::kOnOff},
    // ngx_http_gunzip_filter_module
    {"gunzip", kHttpLevels, k1, Trait::kOnOff},
    {"gunzip_buffers", kHttpLevels, k2, Trait::kBuffers},
    // ngx_http_gzip_filter_module
    {"gzip", kHttpLevels | kInLocationIf, k1, Trait::kOnOff},
    {"gzip_buffers", kHttpLevels, k2, Trait::kBuffers},
    {"gzip_types", kHttpLevels, k1OrMore},
    {"gzip_comp_level", kHttpLevels, k1, Trait::kNumber},
    {"gzip_window", kHttpLevels, k1, Trait::kSize},
    {"gzip_hash", kHttpLevels, k1, Trait::kSize},
    {"postpone_gzipping", kHttpLevels, k1, Trait::kSize},
    {"gzip_no_buffer", kHttpLevels, k1, Trait::kOnOff},
    {"gzip_min_length", kHttpLevels, k1, Trait::kSize},
    // ngx_http_gzip_static_module
    {"gzip_static", kHttpLevels, k1, Trait::kEnum},
    // ngx_http_headers_filter_module
    {"expires", kHttpLevels | kInLocationIf, k12, Trait::kOnce},
    {"add_header", kHttpLevels | kInLocationIf, k23},
    {"add_trailer", kHttpLevels | kInLocationIf, k23},
    {"add_header_inherit", kHttpLevels | kInLocationIf, k1, Trait::kEnum},
    {"add_trailer_inherit", kHttpLevels | kInLocationIf, k1, Trait::kEnum},
    // ngx_http_image_filter_module
    {"image_filter", kInLocation, k123},
    {"image_filter_jpeg_quality", kHttpLevels, k1},
    {"image_filter_webp_quality", kHttpLevels, k1},
    {"image_filter_sharpen", kHttpLevels, k1},
    {"image_filter_transparency", kHttpLevels, k1, Trait::kOnOff},
    {"image_filter_interlace", kHttpLevels, k1, Trait::kOnOff},
    {"image_filter_buffer", kHttpLevels, k1, Trait::kSize},
    // ngx_http_index_module
    {"index", kHttpLevels, k1OrMore},
    // ngx_http_limit_conn_module
    {"limit_conn_zone", kInHttp, k2},
    {"limit_conn", kHttpLevels, k2},
    {"limit_conn_log_level", kHttpLevels, k1, Trait::kEnum},
    {"limit_conn_status", kHttpLevels, k1, Trait::kOnce},
    {"limit_conn_dry_run", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_limit_req_module
    {"limit_req_zone", kInHttp, k3},
    {"limit_req", kHttpLevels, k123},
    {"limit_req_log_level", kHttpLevels, k1, Trait::kEnum},
    {"limit_req_status", kHttpLevels, k1, Trait::kOnce},
    {"limit_req_dry_run", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_log_module
    {"log_format", kInHttp, k2OrMore},
    {"access_log", kHttpLevels | kInLocationIf | kInLimitExcept, k1OrMore},
    {"open_log_file_cache", kHttpLevels, k1234, Trait::kOnce},
    // ngx_http_map_module
    {"map", kInHttp, k2, Trait::kBlock},
    {"map_hash_max_size", kInHttp, k1, Trait::kNumber},
    {"map_hash_bucket_size", kInHttp, k1, Trait::kNumber},
    // ngx_http_mirror_module
    {"mirror", kHttpLevels, k1},
    {"mirror_request_body", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_mp4_module
    {"mp4", kInLocation, kNoArgs},
    {"mp4_buffer_size", kHttpLevels, k1, Trait::kSize},
    {"mp4_max_buffer_size", kHttpLevels, k1, Trait::kSize},
    {"mp4_start_key_frame", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_perl_module
    {"perl_modules", kInHttp, k1},
    {"perl_require", kInHttp, k1},
    {"perl", kInLocation | kInLimitExcept, k1},
    {"perl_set", kInHttp, k2},
    // ngx_http_random_index_module
    {"random_index", kInLocation, k1, Trait::kOnOff},
    // ngx_http_realip_module
    {"set_real_ip_from", kHttpLevels, k1},
    {"real_ip_header", kHttpLevels, k1, Trait::kOnce},
    {"real_ip_recursive", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_referer_module
    {"valid_referers", kInServer | kInLocation, k1OrMore},
    {"referer_hash_max_size", kInServer | kInLocation, k1, Trait::kNumber},
    {"referer_hash_bucket_size", kInServer | kInLocation, k1, Trait::kNumber},
    // ngx_http_rewrite_module
    {"rewrite", kInServer | kInServerIf | kInLocation | kInLocationIf, k23},
    {"return", kInServer | kInServerIf | kInLocation | kInLocationIf, k12},
    {"break", kInServer | kInServerIf | kInLocation | kInLocationIf, kNoArgs},
    {"if", kInServer | kInLocation, k1OrMore, Trait::kBlock},
    {"set", kInServer | kInServerIf | kInLocation | kInLocationIf, k2},
    {"rewrite_log", kHttpLevels | kInServerIf | kInLocationIf, k1, Trait::kOnOff},
    {"uninitialized_variable_warn", kHttpLevels | kInServerIf | kInLocationIf, k1, Trait::kOnOff},
    // ngx_http_secure_link_module
    {"secure_link", kHttpLevels, k1, Trait::kOnce},
    {"secure_link_md5", kHttpLevels, k1, Trait::kOnce},
    {"secure_link_secret", kHttpLevels, k1, Trait::kOnce},
    // ngx_http_slice_filter_module
    {"slice", kHttpLevels, k1, Trait::kSize},
    // ngx_http_split_clients_module
    {"split_clients", kInHttp, k2, Trait::kBlock},
    // ngx_http_ssi_filter_module
    {"ssi", kHttpLevels | kInLocationIf, k1, Trait::kOnOff},
    {"ssi_silent_errors", kHttpLevels, k1, Trait::kOnOff},
    {"ssi_ignore_recycled_buffers", kHttpLevels, k1, Trait::kOnOff},
    {"ssi_min_file_chunk", kHttpLevels, k1, Trait::kSize},
    {"ssi_value_length", kHttpLevels, k1, Trait::kSize},
    {"ssi_types", kHttpLevels, k1OrMore},
    {"ssi_last_modified", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_stub_status_module
    {"stub_status", kInServer | kInLocation, kNoArgs | k1},
    // ngx_http_sub_filter_module
    {"sub_filter", kHttpLevels, k2},
    {"sub_filter_types", kHttpLevels, k1OrMore},
    {"sub_filter_once", kHttpLevels, k1, Trait::kOnOff},
    {"sub_filter_last_modified", kHttpLevels, k1, Trait::kOnOff},
    // ngx_http_try_files_module
    {"try_files", kInServer | kInLocation, k2OrMore, Trait::kOnce},
    // ngx_http_userid_filter_module
    {"userid", kHttpLevels, k1, Trait::kEnum},
    {"userid_service", kHttpLevels, k1, Trait::kNumber},
    {"userid_name", kHttpLevels, k1, Trait::kOnce},
    {"userid_domain", kHttpLevels, k1, Trait::kOnce},
    {"userid_path", kHttpLevels, k1, Trait::kOnce},
    {"userid_expires", kHttpLevels, k1, Trait::kOnce},
    {"userid_p3p", kHttpLevels, k1, Trait::kOnce},
    {"userid_mark", kHttpLevels, k1, Trait::kOnce},
    {"userid_flags", kHttpLevels, k123, Trait::kWords},
    // ngx_http_xslt_filter_module
    {"xml_entities", kHttpLevels, k1, Trait::kOnce},
    {"xslt_stylesheet", kInLocation, k1OrMore},
    {"xslt_param", kHttpLevels, k2},
    {"xslt_string_param", kHttpLevels, k2},
    {"xslt_types", kHttpLevels, k1OrMore},
    {"xslt_last_modified", kHttpLevels, k1, Trait::kOnOff},
    {"xml_external_entities", kHttpLevels, k1, Trait::kOnOff},
});

}  // namespace

std::span<const KnownDirective> of_http_modules() { return kRows; }

}  // namespace mtls::config::vocabulary::rows
