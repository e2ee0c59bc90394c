// The number of an HTTP status in a `return` or an error_page. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace mtls::config::grammar {

/// nullopt unless the whole text is a number.
inline std::optional<int> status_code(std::string_view text) {
  int value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = rest == text.data() + text.size() && !text.empty();
  return error == std::errc() && is_whole ? std::optional(value) : std::nullopt;
}

/// A redirect's, which `return` sends through error_page.
inline bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace mtls::config::grammar
