#include "config/grammar/own_slots.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/text.h"
#include "config/grammar/directives.h"
#include "config/grammar/location_name.h"
#include "config/grammar/measures.h"
#include "config/syntax/regex.h"

namespace mtls::config::grammar {
namespace {

using Refusal = std::optional<std::string>;
using syntax::Directive;

const std::string& argument(const Directive& directive, std::size_t index) {
  return directive.args.at(index).text;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool has_variable(std::string_view text) { return text.find('$') != std::string_view::npos; }

Refusal invalid(std::string_view what, std::string_view text) {
  return "invalid " + std::string(what) + " \"" + std::string(text) + "\"";
}

Refusal invalid_value_unless(bool is_good, const Directive& directive) {
  return is_good ? std::nullopt : std::optional(directive_complaint(directive, "invalid value"));
}

Refusal regex_error(std::string_view pattern, syntax::Letters letters) {
  const auto regex = syntax::Regex::compile(pattern, letters);
  return regex ? std::nullopt : std::optional(regex.error().message);
}

// ngx_log_set_levels(): one level, or any of those for debugging.
Refusal log_level_error(const Directive& directive) {
  bool has_level = false;
  bool has_any = false;
  for (std::size_t i = 1; i < directive.args.size(); ++i) {
    const std::string& word = argument(directive, i);
    const bool is_level =
        is_one_of(word, {"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"});
    const bool is_for_debugging =
        is_one_of(word, {"debug_core", "debug_alloc", "debug_mutex", "debug_event", "debug_http",
                         "debug_mail", "debug_stream"});
    if (is_level && has_any) return "duplicate log level \"" + word + "\"";
    if (!is_level && (has_level || !is_for_debugging)) return invalid("log level", word);
    has_level = has_level || is_level;
    has_any = true;
  }
  return std::nullopt;
}

// ngx_set_worker_processes()
Refusal worker_processes_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  return invalid_value_unless(text == "auto" || parse_number(text), directive);
}

// ngx_set_priority()
Refusal worker_priority_error(const Directive& directive) {
  std::string_view text = argument(directive, 0);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return parse_number(text) ? std::nullopt
                            : std::optional(directive_complaint(directive, "invalid number"));
}

// ngx_event_connections()
Refusal worker_connections_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  return parse_number(text) ? std::nullopt : invalid("number", text);
}

// ngx_event_use(), with the modules that nginx has for Linux.
Refusal use_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  return is_one_of(text, {"epoll", "poll", "select"}) ? std::nullopt : invalid("event type", text);
}

// ngx_http_core_keepalive(); in an upstream block there is no second argument.
Refusal keepalive_timeout_error(const Directive& directive) {
  const bool is_good =
      parse_time(argument(directive, 0), TimeUnit::kMilliseconds) &&
      (directive.args.size() == 1 || parse_time(argument(directive, 1), TimeUnit::kSeconds));
  return invalid_value_unless(is_good, directive);
}

// ngx_http_core_limit_except()
Refusal limit_except_error(const Directive& directive) {
  for (const syntax::Argument& method : directive.args) {
    const std::string name = base::ascii_lower(method.text);
    if (!is_one_of(name, {"get", "head", "post", "put", "delete", "mkcol", "copy", "move",
                          "options", "propfind", "proppatch", "lock", "unlock", "patch"}))
      return invalid("method", method.text);
  }
  return std::nullopt;
}

// ngx_http_rewrite_return()
Refusal return_error(const Directive& directive) {
  constexpr std::int64_t kGreatest = 999;
  const std::string& first = argument(directive, 0);
  const bool is_url =
      first.starts_with("http://") || first.starts_with("https://") || first.starts_with("$scheme");
  const auto code = parse_number(first);
  const bool is_good = code ? *code <= kGreatest : directive.args.size() == 1 && is_url;
  return is_good ? std::nullopt : invalid("return code", first);
}

// ngx_http_rewrite()
Refusal rewrite_error(const Directive& directive) {
  if (argument(directive, 1).empty()) return "empty replacement";
  if (auto error = regex_error(argument(directive, 0), syntax::Letters::kExact)) return error;
  if (directive.args.size() < 3) return std::nullopt;
  const std::string& flag = argument(directive, 2);
  return is_one_of(flag, {"last", "break", "redirect", "permanent"}) ? std::nullopt
                                                                     : invalid("parameter", flag);
}

// ngx_http_core_error_page(): the codes, the one to answer instead, the page.
Refusal error_page_error(const Directive& directive) {
  constexpr std::int64_t kLeast = 300;
  constexpr std::int64_t kGreatest = 599;
  constexpr std::int64_t kClientClosed = 499;
  std::size_t codes = directive.args.size() - 1;
  const std::string& instead = argument(directive, codes - 1);
  if (instead.starts_with('=')) {
    const bool is_number = instead.size() == 1 || parse_number(instead.substr(1));
    if (codes == 1 || !is_number) return invalid("value", instead);
    --codes;
  }
  for (std::size_t i = 0; i < codes; ++i) {
    const std::string& text = argument(directive, i);
    const auto code = parse_number(text);
    if (!code || *code == kClientClosed) return invalid("value", text);
    if (*code < kLeast || *code > kGreatest)
      return "value \"" + text + "\" must be between 300 and 599";
  }
  return std::nullopt;
}

// ngx_http_access_rule(), ngx_stream_access_rule()
Refusal access_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  const bool is_good = text == "all" || text == "unix:" || is_network(text);
  return is_good ? std::nullopt : invalid("parameter", text);
}

// ngx_http_headers_add()
Refusal header_error(const Directive& directive) {
  if (directive.args.size() < 3 || argument(directive, 2) == "always") return std::nullopt;
  return invalid("parameter", argument(directive, 2));
}

// ngx_http_headers_expires(), ngx_http_parse_expires()
Refusal expires_error(const Directive& directive) {
  constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60;
  const bool is_modified = directive.args.size() == 2;
  if (is_modified && argument(directive, 0) != "modified")
    return invalid_value_unless(false, directive);
  std::string_view text = directive.args.back().text;
  if (has_variable(text)) return std::nullopt;
  if (!is_modified && is_one_of(text, {"epoch", "max", "off"})) return std::nullopt;
  const bool is_daily = text.starts_with('@');
  if (is_daily && is_modified)
    return directive_complaint(directive, "daily time cannot be used with \"modified\" parameter");
  if (is_daily || text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const auto time = parse_time(text, TimeUnit::kSeconds);
  if (!time) return invalid_value_unless(false, directive);
  if (is_daily && *time > kDay)
    return directive_complaint(directive, "daily time value must be less than 24 hours");
  return std::nullopt;
}

// ngx_http_set_complex_value_size_slot()
Refusal rate_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  return invalid_value_unless(has_variable(text) || parse_size(text), directive);
}

// ngx_http_core_directio()
Refusal directio_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  return invalid_value_unless(text == "off" || parse_offset(text), directive);
}

// ngx_http_core_set_aio()
Refusal aio_error(const Directive& directive) {
  const std::string& text = argument(directive, 0);
  return invalid_value_unless(
      is_one_of(text, {"on", "off", "threads"}) || text.starts_with("threads="), directive);
}

// ngx_http_core_open_file_cache()
Refusal open_file_cache_error(const Directive& directive) {
  bool has_max = false;
  bool is_off = false;
  for (const syntax::Argument& one : directive.args) {
    const std::string_view text = one.text;
    const std::string_view value = text.substr(std::min(text.find('=') + 1, text.size()));
    if (text.starts_with("max=") && parse_number(value).value_or(0) > 0) {
      has_max = true;
    } else if (text == "off") {
      is_off = true;
    } else if (!text.starts_with("inactive=") || !parse_time(value, TimeUnit::kSeconds)) {
      return "invalid \"open_file_cache\" parameter \"" + one.text + "\"";
    }
  }
  if (is_off || has_max) return std::nullopt;
  return "\"open_file_cache\" must have the \"max\" parameter";
}

// ngx_http_upstream_server(), ngx_stream_upstream_server(); of the address nothing is judged.
Refusal upstream_server_error(const Directive& directive) {
  if (directive.block) return std::nullopt;
  for (std::size_t i = 1; i < directive.args.size(); ++i) {
    const std::string_view text = directive.args[i].text;
    const std::string_view value = text.substr(std::min(text.find('=') + 1, text.size()));
    const bool is_number = parse_number(value).has_value();
    const bool is_good =
        is_one_of(text, {"backup", "down", "drain", "resolve"}) || text.starts_with("route=") ||
        text.starts_with("service=") ||
        (text.starts_with("weight=") && parse_number(value).value_or(0) > 0) ||
        ((text.starts_with("max_conns=") || text.starts_with("max_fails=")) && is_number) ||
        (text.starts_with("fail_timeout=") && parse_time(value, TimeUnit::kSeconds));
    if (!is_good) return invalid("parameter", text);
  }
  return std::nullopt;
}

constexpr std::array kOwnSlots{
    OwnSlot{"worker_processes", worker_processes_error},
    OwnSlot{"worker_priority", worker_priority_error},
    OwnSlot{"worker_connections", worker_connections_error},
    OwnSlot{.directive = "server", .error = upstream_server_error, .takes_words = true},
    OwnSlot{.directive = "use", .error = use_error, .takes_words = true},
    OwnSlot{.directive = "error_log", .error = log_level_error, .takes_words = true},
    OwnSlot{"keepalive_timeout", keepalive_timeout_error},
    OwnSlot{"location", location_words_error},
    OwnSlot{"limit_except", limit_except_error},
    OwnSlot{.directive = "return", .error = return_error, .only_http = true},
    OwnSlot{"rewrite", rewrite_error},
    OwnSlot{"error_page", error_page_error},
    OwnSlot{"allow", access_error},
    OwnSlot{"deny", access_error},
    OwnSlot{.directive = "add_header", .error = header_error, .takes_words = true},
    OwnSlot{.directive = "add_trailer", .error = header_error, .takes_words = true},
    OwnSlot{"expires", expires_error},
    OwnSlot{"limit_rate", rate_error},
    OwnSlot{"limit_rate_after", rate_error},
    OwnSlot{"directio", directio_error},
    OwnSlot{.directive = "aio", .error = aio_error, .takes_words = true},
    OwnSlot{.directive = "open_file_cache", .error = open_file_cache_error, .takes_words = true},
};

}  // namespace

const OwnSlot* find_own_slot(std::string_view directive, vocabulary::Context context) {
  using enum vocabulary::Context;
  const auto* const own = std::ranges::find(kOwnSlots, directive, &OwnSlot::directive);
  if (own == kOwnSlots.end()) return nullptr;
  const bool is_stream =
      context == kStream || context == kStreamServer || context == kStreamUpstream;
  return own->only_http && is_stream ? nullptr : own;
}

}  // namespace mtls::config::grammar
