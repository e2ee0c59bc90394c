#include "config/syntax/excerpt.h"

#include <algorithm>

#include "base/text.h"

namespace mtls::config::syntax {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

struct Printable {
  std::string text;
  std::size_t characters = 0;
};

// One character for each, so that the caret stands under the right one.
Printable printable(std::string_view bytes) {
  Printable out;
  for (std::size_t i = 0; i < bytes.size(); ++out.characters) {
    const bool is_begin = static_cast<unsigned char>(bytes[i]) >= 0xC0U;  // of several bytes
    std::size_t end = i + 1;
    while (is_begin && end < bytes.size() && continues_character(bytes[end])) ++end;
    const std::string character(bytes.substr(i, end - i));
    if (character == "\t") {
      out.text += ' ';
    } else {
      out.text += base::sanitize(character) == character ? character : "?";
    }
    i = end;
  }
  return out;
}

}  // namespace

Excerpt excerpt(std::string_view line, std::uint32_t column, std::size_t most) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t most_before = most * 7 / 10;
  const std::size_t caret = std::min<std::size_t>(std::max(column, 1U) - 1, line.size());
  std::size_t begin = caret > most_before ? caret - most_before : 0;
  std::size_t end = std::min(line.size(), begin + most);
  while (begin > 0 && continues_character(line[begin])) --begin;
  while (end < line.size() && continues_character(line[end])) ++end;
  const Printable before = printable(line.substr(begin, caret - begin));
  const Printable rest = printable(line.substr(caret, end - caret));
  return {.text = before.text + rest.text, .caret = before.characters};
}

}  // namespace mtls::config::syntax
