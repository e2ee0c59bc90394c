#include "config/grammar/data_lines.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "config/grammar/directives.h"
#include "config/grammar/measures.h"
#include "config/syntax/regex.h"

namespace mtls::config::grammar {
namespace {

constexpr Version kVolatileGeo{1, 29, 3};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// ngx_atofp() of `50.25` for split_clients; the result must be more than 0.
bool is_percentage(std::string_view number) {
  const std::size_t dot = number.find('.');
  const std::string_view whole = number.substr(0, dot);
  const std::string_view part =
      dot == std::string_view::npos ? std::string_view{} : number.substr(dot + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::all_of(whole.begin(), whole.end(), is_digit) && part.size() <= 2 &&
         std::all_of(part.begin(), part.end(), is_digit) &&
         number.find_first_not_of("0.") != std::string_view::npos;
}

std::optional<std::string> percent_error(const std::string& percent) {
  const bool is_good = percent == "*" || (percent.ends_with('%') &&
                                          is_percentage(percent.substr(0, percent.size() - 1)));
  return is_good ? std::nullopt : std::optional("invalid percent value \"" + percent + "\"");
}

// ngx_http_charset_map(); only the first byte is judged.
std::optional<std::string> charset_error(const syntax::Directive& line) {
  unsigned byte = 0;
  const char* const end = line.name.data() + line.name.size();
  const auto [rest, error] = std::from_chars(line.name.data(), end, byte, 16);
  const bool is_byte = error == std::errc{} && rest == end && byte <= 0xFF;
  return is_byte ? std::nullopt : std::optional("invalid value \"" + line.name + "\"");
}

// ngx_hash_add_key(), for names without a wildcard: those with one are compared in another way.
std::optional<std::string> key_error(std::string_view key, DataSeen& seen) {
  if (key.starts_with('\\')) key.remove_prefix(1);
  const bool is_wildcard =
      seen.has_switch && (key.starts_with('.') || key.find('*') != std::string_view::npos);
  const std::string lower = base::ascii_lower(key);
  if (is_wildcard || seen.keys.insert(lower).second) return std::nullopt;
  return "conflicting parameter \"" + lower + "\"";
}

// ngx_http_map(), ngx_stream_map().
std::optional<std::string> map_error(const syntax::Directive& line, DataSeen& seen) {
  if (line.args.empty()) {
    seen.has_switch = seen.has_switch || line.name == "hostnames";
    return std::nullopt;
  }
  if (line.name == "include") return std::nullopt;
  if (line.name == "default") {
    return std::exchange(seen.has_default, true)
               ? std::optional<std::string>("duplicate default map parameter")
               : std::nullopt;
  }
  if (!line.name.starts_with('~')) return key_error(line.name, seen);
  const bool is_either_case = line.name.starts_with("~*");
  const auto regex = syntax::Regex::compile(
      std::string_view(line.name).substr(is_either_case ? 2 : 1),
      is_either_case ? syntax::Letters::kEitherCase : syntax::Letters::kExact);
  return regex ? std::nullopt : std::optional(regex.error().message);
}

// ngx_http_geo(), ngx_stream_geo(). Ranges are not judged.
std::optional<std::string> geo_error(const syntax::Directive& line, DataSeen& seen) {
  if (line.args.empty()) {
    seen.has_switch = seen.has_switch || line.name == "ranges";
    return std::nullopt;
  }
  if (line.name == "include") return std::nullopt;
  const bool is_proxy = line.name == "proxy";
  if (!is_proxy && (seen.has_switch || line.name == "default")) return std::nullopt;
  const std::string& network = is_proxy || line.name == "delete" ? line.args[0].text : line.name;
  const bool is_good = network == "255.255.255.255" || is_network(network);
  return is_good ? std::nullopt : std::optional("invalid network \"" + network + "\"");
}

}  // namespace

std::optional<std::string> data_form_error(const std::string& block, const syntax::Directive& line,
                                           const vocabulary::Release& release) {
  const std::size_t words = 1 + line.args.size();
  if (block == "types") {  // ngx_http_core_type()
    return line.name == "include" && words != 2 ? std::optional(wrong_arity(line)) : std::nullopt;
  }
  if (block == "split_clients") return std::nullopt;
  if (block == "charset_map") {
    return words == 2 ? std::nullopt : std::optional<std::string>("invalid parameters number");
  }
  if (words == 2) return std::nullopt;
  const bool is_early = block == "geo" && line.name == "volatile" && release.modules != nullptr &&
                        release.version < kVolatileGeo;
  const bool is_switch =
      !is_early && words == 1 &&
      (block == "map" ? is_one_of(line.name, {"hostnames", "volatile"})
                      : is_one_of(line.name, {"ranges", "proxy_recursive", "volatile"}));
  return is_switch ? std::nullopt : std::optional("invalid number of the " + block + " parameters");
}

std::optional<std::string> data_line_error(const std::string& block, const syntax::Directive& line,
                                           DataSeen& seen, const vocabulary::Release& release) {
  if (auto error = data_form_error(block, line, release)) return error;
  if (block == "map") return map_error(line, seen);
  if (block == "geo") return geo_error(line, seen);
  if (block == "split_clients") return percent_error(line.name);
  return block == "charset_map" ? charset_error(line) : std::nullopt;
}

}  // namespace mtls::config::grammar
