#include "config/grammar/values.h"

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string_view>

#include "base/text.h"
#include "config/grammar/measures.h"
#include "config/grammar/upstream_url.h"
#include "config/server_names.h"

namespace mtls::config::grammar {
namespace {

bool is_word_of(std::string_view words, std::string_view text) {
  const std::string wanted = " " + base::ascii_lower(text) + " ";
  const bool is_one_word = !text.empty() && text.find(' ') == std::string_view::npos;
  return is_one_word && (" " + base::ascii_lower(words) + " ").find(wanted) != std::string::npos;
}

std::optional<std::string> server_name_error(const std::string& name) {
  const bool has_bad_star = name.starts_with('*') && (name.size() < 3 || name.at(1) != '.');
  if (has_bad_star || name == ".") return "server name \"" + name + "\" is invalid";
  if (name == "~") return "empty regex in server name \"~\"";
  if (!name.starts_with('~')) return std::nullopt;
  if (auto pattern = compile_server_name(name); !pattern) return pattern.error().message;
  return std::nullopt;
}

// `shared:NAME:SIZE` with at least eight pages. A system with larger pages only makes nginx
// stricter.
std::optional<std::string> zone_error(std::string_view text, std::string_view kind) {
  constexpr std::int64_t kLeastBytes = std::int64_t{8} * 4096;
  constexpr std::string_view kShared = "shared:";
  const auto quoted = [&] { return std::string(kind) + " \"" + std::string(text) + "\""; };
  if (!text.starts_with(kShared)) return "invalid " + quoted();
  const std::string_view zone = text.substr(kShared.size());
  const std::size_t colon = zone.find(':');
  if (colon == 0 || colon == std::string_view::npos) return "invalid " + quoted();
  const auto size = parse_size(zone.substr(colon + 1));
  if (!size) return "invalid " + quoted();
  if (*size < kLeastBytes) return quoted() + " is too small";
  return std::nullopt;
}

// ngx_http_ssl_session_cache()
std::optional<std::string> session_cache_error(std::string_view text) {
  constexpr std::string_view kBuiltin = "builtin:";
  if (text == "off" || text == "none" || text == "builtin") return std::nullopt;
  if (text.starts_with(kBuiltin) && parse_number(text.substr(kBuiltin.size()))) return std::nullopt;
  return zone_error(text, "session cache");
}

// ngx_http_ssl_certificate_cache()
std::optional<std::string> certificate_cache_error(const syntax::Directive& directive) {
  bool is_off = false;
  bool has_max = false;
  for (const syntax::Argument& argument : directive.args) {
    const std::string_view text = argument.text;
    const auto is_time = [&](std::string_view key) {
      return text.starts_with(key) && parse_time(text.substr(key.size()), TimeUnit::kSeconds);
    };
    const bool is_max = text.starts_with("max=") && parse_number(text.substr(4)).value_or(0) > 0;
    if (!is_max && !is_time("inactive=") && !is_time("valid=") && text != "off") {
      return "invalid parameter \"" + argument.text + "\"";
    }
    has_max = has_max || is_max;
    is_off = is_off || text == "off";
  }
  if (is_off || has_max) return std::nullopt;
  return "\"" + directive.name + "\" must have the \"max\" parameter";
}

std::optional<std::string> word_error(const DirectiveRule& rule, std::string_view text) {
  if (is_word_of(rule.words, text)) return std::nullopt;
  return "invalid value \"" + std::string(text) + "\"";
}

// ngx_http_proxy_pass(). With a variable the scheme is known only at run time.
std::optional<std::string> proxy_url_error(std::string_view url) {
  const bool has_scheme =
      starts_with_ignoring_case(url, "http://") || starts_with_ignoring_case(url, "https://");
  if (has_scheme || url.find('$') != std::string_view::npos) return std::nullopt;
  return "invalid URL prefix";
}

// ngx_stream_proxy_ssl_alpn_set_slot()
bool takes_variable(const syntax::Directive& directive, std::string_view text) {
  return directive.name == "proxy_ssl_alpn" && text.find('$') != std::string_view::npos;
}

std::optional<std::string> argument_error(const DirectiveRule& rule,
                                          const syntax::Directive& directive,
                                          const std::string& text) {
  constexpr std::size_t kLongestProtocol = 255;  // RFC 7301 §3.1: one byte of length
  const auto refused_unless = [&](bool is_good, std::string_view why) {
    return is_good ? std::nullopt : std::optional(directive_complaint(directive, why));
  };
  switch (rule.value) {
    case ValueKind::kText:
    case ValueKind::kFile:
    case ValueKind::kCertificateCache: return std::nullopt;
    case ValueKind::kFlag:
      if (is_word_of("on off", text)) return std::nullopt;
      return "invalid value \"" + text + "\" in \"" + directive.name +
             "\" directive, it must be \"on\" or \"off\"";
    case ValueKind::kNumber:
      return refused_unless(parse_number(text).has_value(), "invalid number");
    case ValueKind::kSize: return refused_unless(parse_size(text).has_value(), "invalid value");
    case ValueKind::kSeconds:
      return refused_unless(parse_time(text, TimeUnit::kSeconds).has_value(), "invalid value");
    case ValueKind::kMilliseconds:
      return refused_unless(parse_time(text, TimeUnit::kMilliseconds).has_value(), "invalid value");
    case ValueKind::kAlpn:
      return refused_unless(text.size() <= kLongestProtocol || takes_variable(directive, text),
                            "protocol too long");
    case ValueKind::kEnum:
    case ValueKind::kBitmask: return word_error(rule, text);
    case ValueKind::kServerName: return server_name_error(text);
    case ValueKind::kSessionCache: return session_cache_error(text);
    case ValueKind::kOcspCache:
      return text == "off" ? std::nullopt : zone_error(text, "OCSP cache");
    case ValueKind::kProxyUrl: return proxy_url_error(text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> value_error(const DirectiveRule& rule,
                                       const syntax::Directive& directive,
                                       vocabulary::Context context) {
  const bool has_scheme = context != vocabulary::Context::kStreamServer;
  if (rule.value == ValueKind::kProxyUrl && !has_scheme) return std::nullopt;
  if (rule.value == ValueKind::kCertificateCache) return certificate_cache_error(directive);
  for (const syntax::Argument& argument : directive.args) {
    if (auto error = argument_error(rule, directive, argument.text)) return error;
  }
  return std::nullopt;
}

std::optional<std::string> proxy_uri_error(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const bool is_known = scheme != std::string_view::npos && url.find('$') == std::string_view::npos;
  if (!is_known || uri_of(url.substr(scheme + 3)).empty()) return std::nullopt;
  return "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside "
         "named location, or inside \"if\" statement, or inside \"limit_except\" block";
}

std::string stored_server_name(const std::string& argument, const std::string& hostname) {
  if (argument.starts_with('~')) return argument;
  std::string name = base::ascii_lower(argument);
  return name == "$hostname" && !hostname.empty() ? base::ascii_lower(hostname) : name;
}

bool flag_value(const syntax::Directive& directive) {
  return base::ascii_lower(directive.args.at(0).text) == "on";
}

int number_value(const syntax::Directive& directive) {
  return static_cast<int>(parse_number(directive.args.at(0).text).value_or(0));
}

VerifyClient verify_client_value(const syntax::Directive& directive) {
  const std::string text = base::ascii_lower(directive.args.at(0).text);
  for (const auto mode :
       {VerifyClient::kOn, VerifyClient::kOptional, VerifyClient::kOptionalNoCa}) {
    if (text == word(mode)) return mode;
  }
  return VerifyClient::kOff;
}

std::string words_value(const DirectiveRule& rule,
                        const std::vector<const syntax::Directive*>& directives) {
  const auto stands_there = [&](const std::string& word) {
    return std::ranges::any_of(directives, [&](const syntax::Directive* directive) {
      return std::ranges::any_of(directive->args, [&](const syntax::Argument& argument) {
        return base::ascii_lower(argument.text) == base::ascii_lower(word);
      });
    });
  };
  std::string found;
  std::istringstream words{rule.value == ValueKind::kFlag ? "off on" : std::string(rule.words)};
  for (std::string word; words >> word;) {
    if (stands_there(word)) found += (found.empty() ? "" : " ") + word;
  }
  return found;
}

}  // namespace mtls::config::grammar
