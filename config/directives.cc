#include "config/directives.h"

#include <algorithm>
#include <array>

namespace mtls::config {
namespace {

constexpr int kAny = 1 << 20;
constexpr Version kStreamOcsp{1, 27, 2};
constexpr Version kStreamNames{1, 25, 5};
constexpr std::string_view kProtocols = "SSLv2 SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3";
constexpr auto kFlag = ValueKind::kFlag;
constexpr auto kEnum = ValueKind::kEnum;
constexpr auto kFree = Repeat::kFree;

// R2.A, sorted by name.
constexpr std::array kRules{
    DirectiveRule{.name = "http2", .modules = "h", .value = kFlag, .since = {1, 25, 1}},
    DirectiveRule{
        .name = "listen", .modules = "hsm", .max_args = kAny, .repeat = kFree, .server_only = true},
    DirectiveRule{.name = "server_name",
                  .modules = "hs",
                  .max_args = kAny,
                  .repeat = kFree,
                  .stream_since = kStreamNames,
                  .server_only = true},
    DirectiveRule{.name = "ssl", .modules = "hm", .value = kFlag, .until = {1, 25, 1}},
    DirectiveRule{.name = "ssl_alpn", .modules = "s", .max_args = kAny, .since = {1, 21, 4}},
    DirectiveRule{.name = "ssl_buffer_size", .modules = "h"},
    DirectiveRule{.name = "ssl_certificate", .modules = "hsm", .repeat = kFree},
    DirectiveRule{
        .name = "ssl_certificate_cache", .modules = "hs", .max_args = 3, .since = {1, 27, 4}},
    DirectiveRule{.name = "ssl_certificate_compression",
                  .modules = "hsm",
                  .value = kFlag,
                  .since = {1, 29, 1}},
    DirectiveRule{.name = "ssl_certificate_key", .modules = "hsm", .repeat = kFree},
    DirectiveRule{.name = "ssl_ciphers", .modules = "hsm"},
    DirectiveRule{.name = "ssl_client_certificate", .modules = "hsm"},
    DirectiveRule{.name = "ssl_conf_command",
                  .modules = "hsm",
                  .min_args = 2,
                  .max_args = 2,
                  .repeat = kFree,
                  .since = {1, 19, 4}},
    DirectiveRule{.name = "ssl_crl", .modules = "hsm"},
    DirectiveRule{.name = "ssl_dhparam", .modules = "hsm"},
    DirectiveRule{.name = "ssl_early_data", .modules = "h", .value = kFlag, .since = {1, 15, 3}},
    DirectiveRule{.name = "ssl_ecdh_curve", .modules = "hsm"},
    DirectiveRule{.name = "ssl_ech_file", .modules = "hs", .repeat = kFree, .since = {1, 29, 4}},
    DirectiveRule{.name = "ssl_handshake_timeout", .modules = "s"},
    DirectiveRule{.name = "ssl_ocsp",
                  .modules = "hs",
                  .value = kEnum,
                  .words = "off on leaf",
                  .since = {1, 19, 0},
                  .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_ocsp_cache",
                  .modules = "hs",
                  .since = {1, 19, 0},
                  .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_ocsp_responder",
                  .modules = "hs",
                  .since = {1, 19, 0},
                  .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_password_file", .modules = "hsm"},
    DirectiveRule{.name = "ssl_prefer_server_ciphers", .modules = "hsm", .value = kFlag},
    DirectiveRule{.name = "ssl_protocols",
                  .modules = "hsm",
                  .max_args = kAny,
                  .repeat = kFree,
                  .value = ValueKind::kBitmask,
                  .words = kProtocols},
    DirectiveRule{.name = "ssl_reject_handshake",
                  .modules = "hs",
                  .value = kFlag,
                  .since = {1, 19, 4},
                  .stream_since = kStreamNames},
    DirectiveRule{.name = "ssl_session_cache", .modules = "hsm", .max_args = 2, .repeat = kFree},
    DirectiveRule{.name = "ssl_session_ticket_key", .modules = "hsm", .repeat = kFree},
    DirectiveRule{.name = "ssl_session_tickets", .modules = "hsm", .value = kFlag},
    DirectiveRule{.name = "ssl_session_timeout", .modules = "hsm"},
    DirectiveRule{
        .name = "ssl_stapling", .modules = "hs", .value = kFlag, .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_stapling_file", .modules = "hs", .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_stapling_responder", .modules = "hs", .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_stapling_verify",
                  .modules = "hs",
                  .value = kFlag,
                  .stream_since = kStreamOcsp},
    DirectiveRule{.name = "ssl_trusted_certificate", .modules = "hsm"},
    DirectiveRule{.name = "ssl_verify_client",
                  .modules = "hsm",
                  .value = kEnum,
                  .words = "off on optional optional_no_ca"},
    DirectiveRule{.name = "ssl_verify_depth", .modules = "hsm", .value = ValueKind::kNumber},
    DirectiveRule{.name = "starttls", .modules = "m", .value = kEnum, .words = "off on only"},
};

struct BlockRule {
  std::string_view name;
  Context outer;
  Context inner;
  int min_args = 0;
  int max_args = 0;
};

using enum Context;

constexpr std::array kBlocks{
    BlockRule{"events", kMain, kEvents},
    BlockRule{"http", kMain, kHttp},
    BlockRule{"stream", kMain, kStream},
    BlockRule{"mail", kMain, kMail},
    BlockRule{"server", kHttp, kHttpServer},
    BlockRule{"server", kStream, kStreamServer},
    BlockRule{"server", kMail, kMailServer},
    BlockRule{"location", kHttpServer, kLocation, 1, 2},
    BlockRule{"location", kLocation, kLocation, 1, 2},
    BlockRule{"if", kHttpServer, kServerIf, 1, kAny},
    BlockRule{"if", kLocation, kLocationIf, 1, kAny},
    BlockRule{"limit_except", kLocation, kLimitExcept, 1, kAny},
    BlockRule{"upstream", kHttp, kUpstream, 1, 1},
    BlockRule{"upstream", kStream, kUpstream, 1, 1},
    BlockRule{"types", kHttp, kData},
    BlockRule{"types", kHttpServer, kData},
    BlockRule{"types", kLocation, kData},
    BlockRule{"map", kHttp, kData, 2, 2},
    BlockRule{"map", kStream, kData, 2, 2},
    BlockRule{"geo", kHttp, kData, 1, 2},
    BlockRule{"geo", kStream, kData, 1, 2},
    BlockRule{"split_clients", kHttp, kData, 2, 2},
    BlockRule{"split_clients", kStream, kData, 2, 2},
    BlockRule{"charset_map", kHttp, kData, 2, 2},
};

const BlockRule* find_block(std::string_view name, Context outer) {
  const auto found = std::find_if(kBlocks.begin(), kBlocks.end(), [&](const BlockRule& rule) {
    return rule.name == name && rule.outer == outer;
  });
  return found == kBlocks.end() ? nullptr : &*found;
}

bool is_block_name(std::string_view name) {
  return std::any_of(kBlocks.begin(), kBlocks.end(),
                     [&](const BlockRule& rule) { return rule.name == name; });
}

char module_of(Context context) {
  switch (context) {
    case kHttp:
    case kHttpServer: return 'h';
    case kStream:
    case kStreamServer: return 's';
    case kMail:
    case kMailServer: return 'm';
    default: return '\0';
  }
}

bool is_server(Context context) {
  return context == kHttpServer || context == kStreamServer || context == kMailServer;
}

bool fits(const Directive& directive, int min_args, int max_args) {
  const int count = static_cast<int>(directive.args.size());
  return count >= min_args && count <= max_args;
}

std::string not_terminated(const Directive& directive) {
  return "directive \"" + directive.name + "\" is not terminated by \";\"";
}

std::optional<std::string> block_error(const Directive& directive, Context context) {
  if (directive.name == "server" && context == kUpstream) {  // a plain directive there
    return directive.block ? std::optional(not_terminated(directive)) : std::nullopt;
  }
  const BlockRule* rule = find_block(directive.name, context);
  if (rule == nullptr) return about(directive, "is not allowed here");
  if (!directive.block) return "directive \"" + directive.name + "\" has no opening \"{\"";
  if (!fits(directive, rule->min_args, rule->max_args)) return wrong_arity(directive);
  return std::nullopt;
}

}  // namespace

bool is_data_block(const Directive& directive) {
  constexpr std::array<std::string_view, 5> kNames{"types", "map", "geo", "split_clients",
                                                   "charset_map"};
  return std::find(kNames.begin(), kNames.end(), directive.name) != kNames.end();
}

const DirectiveRule* find_rule(std::string_view name) {
  const auto found = std::lower_bound(
      kRules.begin(), kRules.end(), name,
      [](const DirectiveRule& rule, std::string_view wanted) { return rule.name < wanted; });
  return found == kRules.end() || found->name != name ? nullptr : &*found;
}

bool exists_in(const DirectiveRule& rule, Version version) {
  return version >= rule.since && version < rule.until;
}

bool is_allowed(const DirectiveRule& rule, Context context, Version version) {
  const char module = module_of(context);
  if (module == '\0' || rule.modules.find(module) == std::string_view::npos) return false;
  if (module == 's' && version < rule.stream_since) return false;
  return is_server(context) || !rule.server_only;
}

Context context_inside(const Directive& directive, Context outer) {
  const BlockRule* rule = find_block(directive.name, outer);
  return rule == nullptr ? kOpaque : rule->inner;
}

std::string about(const Directive& directive, std::string_view complaint) {
  return "\"" + directive.name + "\" directive " + std::string(complaint);
}

std::string wrong_arity(const Directive& directive) {
  return "invalid number of arguments in \"" + directive.name + "\" directive";
}

std::optional<std::string> shape_error(const Directive& directive, Context context) {
  if (context == kOpaque) return std::nullopt;
  if (context == kData) {
    return directive.block ? std::optional<std::string>("unexpected \"{\"") : std::nullopt;
  }
  if (directive.name.starts_with("\xEF\xBB\xBF")) {  // R1.6: no module has such a directive
    return "unknown directive \"" + directive.name + "\"";
  }
  if (is_block_name(directive.name)) return block_error(directive, context);
  const bool is_include = directive.name == "include";
  const DirectiveRule* rule = find_rule(directive.name);
  const bool is_here = is_include || (rule != nullptr && is_allowed(*rule, context, rule->until));
  if (!is_here) return std::nullopt;
  if (directive.block) return not_terminated(directive);
  if (is_include && directive.args.size() != 1) return wrong_arity(directive);
  return std::nullopt;
}

}  // namespace mtls::config
