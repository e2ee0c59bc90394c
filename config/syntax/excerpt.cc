#include "config/syntax/excerpt.h"

#include <algorithm>

namespace mtls::config::syntax {
namespace {

constexpr std::size_t kWidth = 100;  // bytes of a line that are shown
constexpr std::size_t kBefore = 70;  // at most this many of them come before the caret

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// One column per character, so that the caret stands under the right one.
std::string printable(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    out += c == '\t' ? ' ' : is_control ? '?' : c;
  }
  return out;
}

}  // namespace

Excerpt excerpt(std::string_view line, std::uint32_t column) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t caret = std::min<std::size_t>(std::max(column, 1U) - 1, line.size());
  std::size_t begin = caret > kBefore ? caret - kBefore : 0;
  std::size_t end = std::min(line.size(), begin + kWidth);
  while (begin > 0 && continues_character(line[begin])) --begin;
  while (end < line.size() && continues_character(line[end])) ++end;
  const std::string_view before = line.substr(begin, caret - begin);
  const auto continued = std::count_if(before.begin(), before.end(), continues_character);
  return {.text = printable(line.substr(begin, end - begin)),
          .caret = before.size() - static_cast<std::size_t>(continued)};
}

}  // namespace mtls::config::syntax
