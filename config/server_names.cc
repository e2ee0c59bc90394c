#include "config/server_names.h"

#include <algorithm>

#include "base/text.h"

namespace mtls::config {
namespace {

NameTable::Adding put(auto& owners, const std::string& key, std::size_t server) {
  const auto [known, is_new] = owners.try_emplace(key, server);
  if (is_new) return {};
  return {.added = NameTable::Added::kTaken, .by = known->second};
}

std::optional<std::size_t> get(const auto& owners, std::string_view key) {
  const auto found = owners.find(key);
  return found == owners.end() ? std::nullopt : std::optional(found->second);
}

// At most one `*`, and no empty label except the first and the last.
bool is_valid(std::string_view name) {
  const bool has_gap = name.find("..") != std::string_view::npos;
  const bool has_nul = name.find('\0') != std::string_view::npos;
  return std::count(name.begin(), name.end(), '*') <= 1 && !has_gap && !has_nul;
}

// The part of a text before the port, `length` bytes long.
struct HostPart {
  std::size_t length = 0;
  std::size_t last_dot = std::string_view::npos;
};

// Before 1.29.4: anything but blanks, control bytes and `/`. nginx searches what follows the port
// only for those and for `..`.
std::optional<HostPart> old_host(std::string_view text) {
  HostPart host{.length = text.size()};
  bool is_over = false;
  bool is_literal = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte == 0x7f || byte == '/') return std::nullopt;
    if (byte == '.') {
      if (i > 0 && host.last_dot == i - 1) return std::nullopt;
      host.last_dot = i;
    }
    if (byte == '[' && i == 0) is_literal = true;
    const bool ends_before = byte == ':' && !is_literal && !is_over;
    const bool ends_here = byte == ']' && is_literal && !is_over;
    if (!ends_before && !ends_here) continue;
    host.length = ends_here ? i + 1 : i;
    is_over = true;
  }
  return host;
}

bool is_host_byte(char c, bool is_literal) {
  const bool is_alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  constexpr std::string_view kAnywhere = "-._~!$&'()*+,;=";
  return is_alphanumeric || kAnywhere.find(c) != std::string_view::npos ||
         c == (is_literal ? ':' : '%');
}

bool is_port(std::string_view text) {
  constexpr int kMaxPort = 65535;
  int port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + (c - '0');
    if (port > kMaxPort) return false;
  }
  return true;
}

// Since 1.29.4: the host of RFC 3986 §3.2.2 and the port of §3.2.3.
std::optional<HostPart> new_host(std::string_view text) {
  const bool is_literal = text.starts_with('[');
  const std::size_t end = is_literal ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(is_literal ? end + 1 : end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  const std::string_view inside = text.substr(is_literal ? 1 : 0, is_literal ? end - 1 : end);
  const bool is_clean = std::all_of(inside.begin(), inside.end(),
                                    [&](char c) { return is_host_byte(c, is_literal); });
  if (!is_clean || inside.find("..") != std::string_view::npos) return std::nullopt;
  const HostPart host{.length = text.size() - rest.size(),
                      .last_dot = text.substr(0, end).rfind('.')};
  return host;
}

}  // namespace

base::Result<syntax::Regex> compile_server_name(std::string_view name) {
  const std::string_view pattern = name.substr(1);
  const bool has_capital =
      std::any_of(pattern.begin(), pattern.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return syntax::Regex::compile(
      pattern, has_capital ? syntax::Letters::kEitherCase : syntax::Letters::kExact);
}

std::optional<std::string> normalised_host(std::string_view text, Version version) {
  auto host = version >= Version{1, 29, 4} ? new_host(text) : old_host(text);
  if (!host) return std::nullopt;
  if (host->length > 0 && host->last_dot == host->length - 1) --host->length;
  if (host->length == 0) return std::nullopt;
  return base::ascii_lower(text.substr(0, host->length));
}

// ngx_hash_add_key() with NGX_HASH_WILDCARD_KEY.
NameTable::Adding NameTable::add(const std::string& name, std::size_t server) {
  if (name.starts_with('~')) return add_pattern(name, server);
  if (!is_valid(name)) return {.added = Added::kInvalid};
  if (name.size() > 1 && name.starts_with('.')) return add_dotted(name.substr(1), server);
  if (name.size() > 2 && name.starts_with("*.")) return put(heads_, name.substr(2), server);
  if (name.size() > 2 && name.ends_with(".*")) {
    return put(tails_, name.substr(0, name.size() - 2), server);
  }
  if (name.find('*') != std::string::npos) return {.added = Added::kInvalid};
  return add_exact(name, server);
}

NameTable::Adding NameTable::add_exact(const std::string& name, std::size_t server) {
  const Adding adding = put(seen_, name, server);
  if (adding.added == Added::kYes) exact_.emplace(name, server);
  return adding;
}

// nginx drops `.x` completely when `x` or `*.x` is taken. In the second case `x` stays marked, and
// no server gets it.
NameTable::Adding NameTable::add_dotted(const std::string& rest, std::size_t server) {
  if (const Adding marking = put(seen_, rest, server); marking.added != Added::kYes) return marking;
  const Adding adding = put(heads_, rest, server);
  if (adding.added == Added::kYes) dotted_.emplace(rest, server);
  return adding;
}

// nginx keeps all patterns, and the first that matches wins. Of two equal ones the second never
// does.
NameTable::Adding NameTable::add_pattern(const std::string& name, std::size_t server) {
  const Adding adding = put(seen_text_, name, server);
  if (adding.added != Added::kYes) return adding;
  auto regex = compile_server_name(name);
  if (!regex) return {.added = Added::kInvalid};
  patterns_.emplace_back(std::move(*regex), server);
  return adding;
}

// ngx_hash_find_combined(), then the patterns in order.
std::optional<std::size_t> NameTable::find(std::string_view host) const {
  if (const auto exact = get(exact_, host)) return exact;
  if (host.empty()) return std::nullopt;
  if (const auto head = find_head(host)) return head;
  if (const auto tail = find_tail(host)) return tail;
  const auto matching = std::find_if(patterns_.begin(), patterns_.end(), [&](const auto& pattern) {
    return pattern.first.match(host) == syntax::Match::kYes;
  });
  return matching == patterns_.end() ? std::nullopt : std::optional(matching->second);
}

// The longest head wins.
std::optional<std::size_t> NameTable::find_head(std::string_view host) const {
  if (heads_.empty()) return std::nullopt;
  if (const auto whole = get(dotted_, host)) return whole;
  for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
       dot = host.find('.', dot + 1)) {
    if (const auto head = get(heads_, host.substr(dot + 1))) return head;
  }
  return std::nullopt;
}

std::optional<std::size_t> NameTable::find_tail(std::string_view host) const {
  if (tails_.empty()) return std::nullopt;
  for (std::size_t dot = host.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = host.rfind('.', dot - 1)) {
    if (const auto tail = get(tails_, host.substr(0, dot))) return tail;
  }
  return std::nullopt;
}

}  // namespace mtls::config
