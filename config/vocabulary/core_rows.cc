// Directives of nginx itself, of events and of mail.
#include <array>

#include "config/vocabulary/rows.h"

namespace mtls::config::vocabulary::rows {
namespace {

constexpr auto kRows = std::to_array<KnownDirective>({
    // ngx_core_module
    {"daemon", kInMain, k1, Trait::kOnOff},
    {"master_process", kInMain, k1, Trait::kOnOff},
    {"timer_resolution", kInMain, k1, Trait::kMilliseconds},
    {"pid", kInMain, k1, Trait::kOnce},
    {"lock_file", kInMain, k1, Trait::kOnce},
    {"worker_processes", kInMain, k1, Trait::kOnce},
    {"debug_points", kInMain, k1, Trait::kEnum},
    {"user", kInMain, k12, Trait::kOnce},
    {"worker_priority", kInMain, k1},
    {"worker_cpu_affinity", kInMain, k1OrMore, Trait::kOnce},
    {"worker_rlimit_nofile", kInMain, k1, Trait::kNumber},
    {"worker_rlimit_core", kInMain, k1, Trait::kOffset},
    {"worker_shutdown_timeout", kInMain, k1, Trait::kMilliseconds},
    {"working_directory", kInMain, k1, Trait::kOnce},
    {"env", kInMain, k1},
    {"load_module", kInMain, k1},
    // ngx_errlog_module
    {"error_log", kInMain, k1OrMore},
    // ngx_events_module
    {"events", kInMain, kNoArgs, Trait::kBlock},
    // ngx_google_perftools_module
    {"google_perftools_profiles", kInMain, k1, Trait::kOnce},
    // ngx_http_module
    {"http", kInMain, kNoArgs, Trait::kBlock},
    // ngx_mail_module
    {"mail", kInMain, kNoArgs, Trait::kBlock},
    // ngx_openssl_cache_module
    {"ssl_object_cache_inheritable", kInMain, k1, Trait::kOnOff},
    // ngx_openssl_module
    {"ssl_engine", kInMain, k1, Trait::kOnce},
    // ngx_quic_bpf_module
    {"quic_bpf", kInMain, k1, Trait::kOnOff},
    // ngx_regex_module
    {"pcre_jit", kInMain, k1, Trait::kOnOff},
    // ngx_stream_module
    {"stream", kInMain, kNoArgs, Trait::kBlock},
    // ngx_thread_pool_module
    {"thread_pool", kInMain, k23},
    // ngx_conf_module
    {"include", kAnywhere, k1},
    // ngx_event_core_module
    {"worker_connections", kInEvents, k1, Trait::kOnce},
    {"use", kInEvents, k1, Trait::kOnce},
    {"multi_accept", kInEvents, k1, Trait::kOnOff},
    {"accept_mutex", kInEvents, k1, Trait::kOnOff},
    {"accept_mutex_delay", kInEvents, k1, Trait::kMilliseconds},
    {"debug_connection", kInEvents, k1},
    // ngx_devpoll_module
    {"devpoll_changes", kInEvents, k1, Trait::kNumber},
    {"devpoll_events", kInEvents, k1, Trait::kNumber},
    // ngx_epoll_module
    {"epoll_events", kInEvents, k1, Trait::kNumber},
    {"worker_aio_requests", kInEvents, k1, Trait::kNumber},
    // ngx_eventport_module
    {"eventport_events", kInEvents, k1, Trait::kNumber},
    // ngx_iocp_module
    {"iocp_threads", kInEvents, k1, Trait::kNumber},
    {"post_acceptex", kInEvents, k1, Trait::kNumber},
    {"acceptex_read", kInEvents, k1, Trait::kOnOff},
    // ngx_kqueue_module
    {"kqueue_changes", kInEvents, k1, Trait::kNumber},
    {"kqueue_events", kInEvents, k1, Trait::kNumber},
    // ngx_mail_core_module
    {"server", kInMail, kNoArgs, Trait::kBlock},
    {"protocol", kInMailServer, k1},
    {"timeout", kMailLevels, k1, Trait::kMilliseconds},
    {"server_name", kMailLevels, k1, Trait::kOnce},
    {"error_log", kMailLevels, k1OrMore},
    {"resolver", kMailLevels, k1OrMore, Trait::kOnce},
    {"resolver_timeout", kMailLevels, k1, Trait::kMilliseconds},
    {"max_errors", kMailLevels, k1, Trait::kNumber},
    // ngx_mail_auth_http_module
    {"auth_http", kMailLevels, k1},
    {"auth_http_timeout", kMailLevels, k1, Trait::kMilliseconds},
    {"auth_http_header", kMailLevels, k2},
    {"auth_http_pass_client_cert", kMailLevels, k1, Trait::kOnOff},
    // ngx_mail_imap_module
    {"imap_client_buffer", kMailLevels, k1, Trait::kSize},
    {"imap_capabilities", kMailLevels, k1OrMore},
    {"imap_auth", kMailLevels, k1OrMore, Trait::kWords},
    // ngx_mail_pop3_module
    {"pop3_capabilities", kMailLevels, k1OrMore},
    {"pop3_auth", kMailLevels, k1OrMore, Trait::kWords},
    // ngx_mail_proxy_module
    {"proxy", kMailLevels, k1, Trait::kOnOff},
    {"proxy_buffer", kMailLevels, k1, Trait::kSize},
    {"proxy_timeout", kMailLevels, k1, Trait::kMilliseconds},
    {"proxy_pass_error_message", kMailLevels, k1, Trait::kOnOff},
    {"xclient", kMailLevels, k1, Trait::kOnOff},
    {"proxy_smtp_auth", kMailLevels, k1, Trait::kOnOff},
    {"proxy_protocol", kMailLevels, k1, Trait::kOnce},
    // ngx_mail_realip_module
    {"set_real_ip_from", kMailLevels, k1},
    // ngx_mail_smtp_module
    {"smtp_client_buffer", kMailLevels, k1, Trait::kSize},
    {"smtp_greeting_delay", kMailLevels, k1, Trait::kMilliseconds},
    {"smtp_capabilities", kMailLevels, k1OrMore},
    {"smtp_auth", kMailLevels, k1OrMore, Trait::kWords},
});

}  // namespace

std::span<const KnownDirective> of_core_and_mail() { return kRows; }

}  // namespace mtls::config::vocabulary::rows
