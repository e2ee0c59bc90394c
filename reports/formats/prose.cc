#include "reports/formats/prose.h"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <utility>

namespace mtls::reports::formats {
namespace {

constexpr std::string_view kCommand = "Run: ";
constexpr std::string_view kGaps = " /,:_";  // behind which a cell may be broken

std::string indent_of(std::string_view first) { return std::string(width_of(first), ' '); }

// wcwidth(3) and mbrtowc(3) go by the locale of the thread; this one is the same on every host.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(locale())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  Utf8Locale(Utf8Locale&&) = delete;
  Utf8Locale& operator=(Utf8Locale&&) = delete;
  ~Utf8Locale() { uselocale(before_); }

 private:
  // Null where the C library has none: uselocale() then changes nothing, and each byte counts.
  static locale_t locale() {
    static const locale_t kUtf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kUtf8;
  }

  locale_t before_;
};

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

// The first one of `text`. REQUIRES: a Utf8Locale lives, `text` is not empty.
Character first_of(std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80U) return {};
  std::mbstate_t state{};
  wchar_t wide = 0;
  const std::size_t bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {};  // no character, or not all of it
  const int columns = wcwidth(wide);
  return {.bytes = bytes, .columns = columns < 0 ? 1U : static_cast<std::size_t>(columns)};
}

// The words of `text` in lines that fit behind `indent`.
std::string lines_of(std::string_view first, std::string_view text, std::size_t width) {
  std::string out(first);
  std::size_t column = width_of(first);
  const std::string indent = indent_of(first);
  bool is_begin = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!is_begin && column + 1 + width_of(word) > width) {
      out += "\n" + indent;
      column = indent.size();
      is_begin = true;
    }
    if (!is_begin) out += ' ';
    column += width_of(word) + (is_begin ? 0 : 1);
    out += word;
    is_begin = false;
  }
  return out + "\n";
}

}  // namespace

std::size_t width_of(std::string_view text) {
  const Utf8Locale utf8;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_of(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  const Utf8Locale utf8;
  std::size_t bytes = 0;
  for (; count > 0 && bytes < text.size(); --count) bytes += first_of(text.substr(bytes)).bytes;
  return text.substr(0, bytes);
}

std::size_t widest_word(std::string_view text) {
  std::size_t widest = 0;
  while (!text.empty()) {
    const std::size_t gap = text.find_first_of(kGaps);
    const std::size_t end = gap == std::string_view::npos ? text.size() : gap + 1;
    const bool is_blank = gap != std::string_view::npos && text[gap] == ' ';
    widest = std::max(widest, width_of(text.substr(0, is_blank ? gap : end)));
    text.remove_prefix(end);
  }
  return widest;
}

std::vector<std::string> broken(std::string_view text, std::size_t width) {
  const Utf8Locale utf8;
  std::vector<std::string> lines;
  do {
    std::size_t end = 0;      // in bytes
    std::size_t columns = 0;  // up to there
    std::size_t gap = 0;      // behind the last place where a line may end; 0: there is none
    while (end < text.size()) {
      const Character next = first_of(text.substr(end));
      if (end > 0 && columns + next.columns > width) break;
      end += next.bytes;
      columns += next.columns;
      if (kGaps.find(text[end - 1]) != std::string_view::npos) gap = end;
    }
    const bool is_blank_next = end < text.size() && text[end] == ' ';
    if (end < text.size() && gap > 0 && !is_blank_next) end = gap;
    std::string_view line = text.substr(0, end);
    while (line.ends_with(' ')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(end);
    while (text.starts_with(' ')) text.remove_prefix(1);
  } while (!text.empty());
  return lines;
}

std::string wrapped(std::string_view first, std::string_view text, std::size_t width) {
  const std::size_t command = text.find(kCommand);
  if (command == std::string_view::npos) return lines_of(first, text, width);
  const std::string_view run = text.substr(command);
  const std::string_view before = text.substr(0, command == 0 ? 0 : command - 1);
  if (before.empty()) return std::string(first) + std::string(run) + "\n";
  return lines_of(first, before, width) + indent_of(first) + std::string(run) + "\n";
}

}  // namespace mtls::reports::formats
