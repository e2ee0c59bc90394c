#include "config/grammar/directive_table.h"

#include <algorithm>
#include <array>

namespace mtls::config::grammar {
namespace {

constexpr Version kConfCommands{1, 19, 4};
constexpr Version kCertificateCaches{1, 27, 4};
constexpr Version kStreamNames{1, 25, 5};
constexpr Version kStreamOcsp{1, 27, 2};
constexpr Version kOcsp{1, 19, 0};
constexpr std::string_view kProtocols = "SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3";
constexpr auto kFlag = ValueKind::kFlag;
constexpr auto kFile = ValueKind::kFile;
constexpr auto kEnum = ValueKind::kEnum;
constexpr auto kFree = Repeat::kFree;

// R2.A: the ngx_command_t of ngx_http_ssl_module, ngx_stream_ssl_module and ngx_mail_ssl_module,
// and the directives that decide which server block answers.
constexpr std::array kServerRules{
    DirectiveRule{
        .name = "http2", .modules = "h", .value = kFlag, .by_default = "off", .since = {1, 25, 1}},
    DirectiveRule{.name = "listen",
                  .modules = "hsm",
                  .placement = Placement::kServerOnly,
                  .max_args = kAnyNumber,
                  .repeat = kFree},
    DirectiveRule{.name = "server_name",
                  .modules = "hs",
                  .placement = Placement::kServerOnly,
                  .max_args = kAnyNumber,
                  .repeat = kFree,
                  .value = ValueKind::kServerName,
                  .stream_since = kStreamNames},
    DirectiveRule{
        .name = "ssl", .modules = "hm", .value = kFlag, .by_default = "off", .until = {1, 25, 1}},
    DirectiveRule{.name = "ssl_alpn",
                  .modules = "s",
                  .max_args = kAnyNumber,
                  .value = ValueKind::kAlpn,
                  .since = {1, 21, 4}},
    DirectiveRule{
        .name = "ssl_buffer_size", .modules = "h", .value = ValueKind::kSize, .by_default = "16k"},
    DirectiveRule{.name = "ssl_certificate", .modules = "hsm", .repeat = kFree, .value = kFile},
    DirectiveRule{.name = "ssl_certificate_cache",
                  .modules = "hs",
                  .max_args = 3,
                  .value = ValueKind::kCertificateCache,
                  .by_default = "off",
                  .since = kCertificateCaches},
    DirectiveRule{.name = "ssl_certificate_compression",
                  .modules = "hsm",
                  .value = kFlag,
                  .by_default = "off",
                  .since = {1, 29, 1}},
    DirectiveRule{.name = "ssl_certificate_key", .modules = "hsm", .repeat = kFree, .value = kFile},
    DirectiveRule{.name = "ssl_ciphers", .modules = "hsm", .by_default = "HIGH:!aNULL:!MD5"},
    DirectiveRule{.name = "ssl_client_certificate", .modules = "hsm", .value = kFile},
    DirectiveRule{.name = "ssl_conf_command",
                  .modules = "hsm",
                  .min_args = 2,
                  .max_args = 2,
                  .repeat = kFree,
                  .since = kConfCommands},
    DirectiveRule{.name = "ssl_crl", .modules = "hsm", .value = kFile},
    DirectiveRule{.name = "ssl_dhparam", .modules = "hsm", .value = kFile},
    DirectiveRule{.name = "ssl_early_data",
                  .modules = "h",
                  .value = kFlag,
                  .by_default = "off",
                  .since = {1, 15, 3}},
    DirectiveRule{.name = "ssl_ecdh_curve", .modules = "hsm", .by_default = "auto"},
    DirectiveRule{.name = "ssl_ech_file",
                  .modules = "hs",
                  .repeat = kFree,
                  .value = kFile,
                  .since = {1, 29, 4}},
    DirectiveRule{.name = "ssl_handshake_timeout",
                  .modules = "s",
                  .value = ValueKind::kMilliseconds,
                  .by_default = "60s"},
    DirectiveRule{.name = "ssl_ocsp",
                  .modules = "hs",
                  .value = kEnum,
                  .words = "off on leaf",
                  .by_default = "off",
                  .since = kOcsp,
                  .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_ocsp_cache",
                  .modules = "hs",
                  .value = ValueKind::kOcspCache,
                  .by_default = "off",
                  .since = kOcsp,
                  .stream_since = kStreamOcsp},
    DirectiveRule{
        .name = "ssl_ocsp_responder", .modules = "hs", .since = kOcsp, .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_password_file", .modules = "hsm", .value = kFile},
    DirectiveRule{
        .name = "ssl_prefer_server_ciphers", .modules = "hsm", .value = kFlag, .by_default = "off"},
    DirectiveRule{.name = "ssl_protocols",
                  .modules = "hsm",
                  .max_args = kAnyNumber,
                  .repeat = kFree,
                  .value = ValueKind::kBitmask,
                  .words = kProtocols},
    DirectiveRule{.name = "ssl_reject_handshake",
                  .modules = "hs",
                  .value = kFlag,
                  .by_default = "off",
                  .since = {1, 19, 4},
                  .stream_since = kStreamNames},
    DirectiveRule{.name = "ssl_session_cache",
                  .modules = "hsm",
                  .max_args = 2,
                  .repeat = kFree,
                  .value = ValueKind::kSessionCache,
                  .by_default = "none"},
    DirectiveRule{
        .name = "ssl_session_ticket_key", .modules = "hsm", .repeat = kFree, .value = kFile},
    DirectiveRule{
        .name = "ssl_session_tickets", .modules = "hsm", .value = kFlag, .by_default = "on"},
    DirectiveRule{.name = "ssl_session_timeout",
                  .modules = "hsm",
                  .value = ValueKind::kSeconds,
                  .by_default = "5m"},
    DirectiveRule{.name = "ssl_stapling",
                  .modules = "hs",
                  .value = kFlag,
                  .by_default = "off",
                  .stream_since = kStreamOcsp},
    DirectiveRule{
        .name = "ssl_stapling_file", .modules = "hs", .value = kFile, .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_stapling_responder", .modules = "hs", .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_stapling_verify",
                  .modules = "hs",
                  .value = kFlag,
                  .by_default = "off",
                  .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_trusted_certificate", .modules = "hsm", .value = kFile},
    DirectiveRule{.name = "ssl_verify_client",
                  .modules = "hsm",
                  .value = kEnum,
                  .words = "off on optional optional_no_ca",
                  .by_default = "off"},
    DirectiveRule{.name = "ssl_verify_depth",
                  .modules = "hsm",
                  .value = ValueKind::kNumber,
                  .by_default = "1"},
    DirectiveRule{.name = "starttls",
                  .modules = "m",
                  .value = kEnum,
                  .words = "off on only",
                  .by_default = "off"},
};

// R2.D: one family of ngx_http_proxy_module, ngx_http_grpc_module, ngx_http_uwsgi_module and
// ngx_stream_proxy_module. `prefix` has to be a literal: a name lives as long as the program.
#define MTLS_UPSTREAM_RULES(prefix, where)                                                         \
  DirectiveRule{.name = prefix "certificate",                                                      \
                .modules = (where),                                                                \
                .placement = Placement::kLocation,                                                 \
                .value = kFile},                                                                   \
      DirectiveRule{.name = prefix "certificate_cache",                                            \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .max_args = 3,                                                                 \
                    .value = ValueKind::kCertificateCache,                                         \
                    .by_default = "off",                                                           \
                    .since = kCertificateCaches},                                                  \
      DirectiveRule{.name = prefix "certificate_key",                                              \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFile},                                                               \
      DirectiveRule{.name = prefix "ciphers",                                                      \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .by_default = "DEFAULT"},                                                      \
      DirectiveRule{.name = prefix "conf_command",                                                 \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .min_args = 2,                                                                 \
                    .max_args = 2,                                                                 \
                    .repeat = kFree,                                                               \
                    .since = kConfCommands},                                                       \
      DirectiveRule{.name = prefix "crl",                                                          \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFile},                                                               \
      DirectiveRule{.name = prefix "name", .modules = (where), .placement = Placement::kLocation}, \
      DirectiveRule{.name = prefix "password_file",                                                \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFile},                                                               \
      DirectiveRule{.name = prefix "protocols",                                                    \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .max_args = kAnyNumber,                                                        \
                    .repeat = kFree,                                                               \
                    .value = ValueKind::kBitmask,                                                  \
                    .words = kProtocols},                                                          \
      DirectiveRule{.name = prefix "server_name",                                                  \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFlag,                                                                \
                    .by_default = "off"},                                                          \
      DirectiveRule{.name = prefix "session_reuse",                                                \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFlag,                                                                \
                    .by_default = "on"},                                                           \
      DirectiveRule{.name = prefix "trusted_certificate",                                          \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFile},                                                               \
      DirectiveRule{.name = prefix "verify",                                                       \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = kFlag,                                                                \
                    .by_default = "off"},                                                          \
      DirectiveRule{.name = prefix "verify_depth",                                                 \
                    .modules = (where),                                                            \
                    .placement = Placement::kLocation,                                             \
                    .value = ValueKind::kNumber,                                                   \
                    .by_default = "1"}

constexpr std::array kUpstreamRules{
    MTLS_UPSTREAM_RULES("proxy_ssl_", "hs"),
    MTLS_UPSTREAM_RULES("grpc_ssl_", "h"),
    MTLS_UPSTREAM_RULES("uwsgi_ssl_", "h"),
    DirectiveRule{.name = "grpc_pass", .modules = "h", .placement = Placement::kPass},
    DirectiveRule{.name = "proxy_pass",
                  .modules = "hs",
                  .placement = Placement::kPassOrExcept,
                  .value = ValueKind::kProxyUrl},
    DirectiveRule{.name = "proxy_ssl", .modules = "s", .value = kFlag, .by_default = "off"},
    DirectiveRule{.name = "proxy_ssl_alpn",
                  .modules = "s",
                  .max_args = kAnyNumber,
                  .value = ValueKind::kAlpn,
                  .since = {1, 31, 0}},
    DirectiveRule{.name = "uwsgi_pass", .modules = "h", .placement = Placement::kPass},
};
#undef MTLS_UPSTREAM_RULES

constexpr auto kTable = [] {
  std::array<DirectiveRule, kServerRules.size() + kUpstreamRules.size()> all;
  std::ranges::copy(kUpstreamRules, std::ranges::copy(kServerRules, all.begin()).out);
  std::ranges::sort(all, {}, &DirectiveRule::name);
  return all;
}();

}  // namespace

std::span<const DirectiveRule> directive_table() { return kTable; }

const DirectiveRule* find_rule(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kTable, name, {}, &DirectiveRule::name);
  return found == kTable.end() || found->name != name ? nullptr : found;
}

bool exists_in(const DirectiveRule& rule, Version version) {
  return version >= rule.since && version < rule.until;
}

std::string_view default_text(const DirectiveRule& rule, Version version) {
  if (rule.value != ValueKind::kBitmask) return rule.by_default;
  if (version < Version{1, 23, 4}) return "TLSv1 TLSv1.1 TLSv1.2";
  if (version < Version{1, 27, 3}) return "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3";
  return "TLSv1.2 TLSv1.3";
}

}  // namespace mtls::config::grammar
