#include "config/grammar/name_literals.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace mtls::config::grammar {
namespace {

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// A separator of RFC 2253 that no backslash escapes, with a blank behind it.
bool has_blank_after_comma(std::string_view text) {
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    const bool is_separator = is_one_of(text[at], ",+") && text[at - 1] != '\\';
    if (is_separator && text[at + 1] == ' ') return true;
  }
  return false;
}

// `CN = x`, as openssl prints a name by default.
bool has_blank_before_equals(std::string_view text) {
  const std::size_t equals = text.find(" =");
  if (equals == std::string_view::npos || equals == 0) return false;
  const std::size_t comma = text.rfind(',', equals);
  const std::string_view type =
      text.substr(comma == std::string_view::npos ? 0 : comma + 1,
                  equals - (comma == std::string_view::npos ? 0 : comma + 1));
  return std::all_of(type.begin(), type.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == ' '; });
}

// `ü is \\C3\\BC`, of the first character that is not ASCII; "": there is none.
std::string raw_character(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto is_raw = [](unsigned char c) { return c >= 0x80; };
  const auto is_inside = [](unsigned char c) { return (c & 0xC0U) == 0x80; };  // UTF-8
  const auto begin = std::find_if(text.begin(), text.end(), is_raw);
  if (begin == text.end()) return "";
  const std::string raw(begin, std::find_if_not(begin + 1, text.end(), is_inside));
  std::string escaped;
  for (const unsigned char c : raw) {
    escaped += '\\';
    escaped += kDigits[c >> 4U];
    escaped += kDigits[c & 0x0FU];
  }
  return raw + " is " + escaped;
}

std::optional<std::string> of_name(std::string_view text) {
  if (has_blank_after_comma(text)) return "nginx writes no blank after the comma (RFC 2253)";
  if (const std::string raw = raw_character(text); !raw.empty())
    return "nginx escapes each byte that is not ASCII (RFC 2253): " + raw;
  if (has_blank_before_equals(text)) return "nginx writes no blank around = (RFC 2253)";
  return std::nullopt;
}

std::optional<std::string> of_whole_name(std::string_view text) {
  if (text.starts_with('/')) {
    return "it is the form of $ssl_client_s_dn_legacy and $ssl_client_i_dn_legacy";
  }
  return of_name(text);
}

std::optional<std::string> of_legacy(std::string_view text) {
  if (!text.starts_with('/')) return "the legacy form begins with /";
  return std::nullopt;
}

std::optional<std::string> of_hex(std::string_view text, Letters letters, bool is_upper) {
  const std::string_view digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
  for (const char c : text) {
    const char folded = static_cast<char>(is_upper ? std::toupper(static_cast<unsigned char>(c))
                                                   : std::tolower(static_cast<unsigned char>(c)));
    if (is_one_of(letters == Letters::kEitherCase ? folded : c, digits)) continue;
    return std::string("nginx writes ") + (is_upper ? "upper" : "lower") +
           "-case hex digits without separators";
  }
  return std::nullopt;
}

std::optional<std::string> of_fingerprint(std::string_view text, Letters letters) {
  constexpr std::size_t kDigits = 40;
  auto why = of_hex(text, letters, false);
  if (!why && text.size() != kDigits) why = "it is the SHA-1 fingerprint, 40 hex digits";
  return why;
}

bool is_name(std::string_view variable) {
  return variable == "ssl_client_s_dn" || variable == "ssl_client_i_dn";
}

}  // namespace

std::optional<std::string> why_never_equal(std::string_view written, std::string_view literal,
                                           Letters letters) {
  const std::string variable = base::ascii_lower(written);
  if (literal.empty() || literal.find('$') != std::string_view::npos) return std::nullopt;
  if (is_name(variable)) return of_whole_name(literal);
  if (variable == "ssl_client_s_dn_legacy" || variable == "ssl_client_i_dn_legacy") {
    return of_legacy(literal);
  }
  if (variable == "ssl_client_serial") return of_hex(literal, letters, true);
  if (variable == "ssl_client_fingerprint") return of_fingerprint(literal, letters);
  return std::nullopt;
}

std::optional<std::string> why_never_matches(std::string_view written, std::string_view pattern,
                                             Letters letters) {
  const std::string variable = base::ascii_lower(written);
  const bool from_start = pattern.starts_with('^');
  if (from_start) pattern.remove_prefix(1);
  const bool to_end = pattern.ends_with('$');
  if (to_end) pattern.remove_suffix(1);
  if (pattern.find_first_of("\\^$.|?*+()[]{}") != std::string_view::npos) return std::nullopt;
  if (from_start && to_end) return why_never_equal(variable, pattern, letters);
  if (is_name(variable)) return from_start ? of_whole_name(pattern) : of_name(pattern);
  if (variable == "ssl_client_serial") return of_hex(pattern, letters, true);
  if (variable == "ssl_client_fingerprint") return of_hex(pattern, letters, false);
  return std::nullopt;
}

}  // namespace mtls::config::grammar
