#include "config/syntax/excerpt.h"

#include <algorithm>

namespace mtls::config::syntax {
namespace {

constexpr std::size_t kWidth = 100;  // bytes of a line that are shown
constexpr std::size_t kBefore = 70;  // at most this many of them come before the caret
constexpr std::string_view kIndent = "    ";

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

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

std::string excerpt(const Complaint& complaint, std::string_view text) {
  if (complaint.file.empty()) return complaint.message + "\n";
  std::string out =
      complaint.message + " in " + complaint.file + ":" + std::to_string(complaint.line) + "\n";
  const std::string_view line = line_of(text, complaint.line);
  if (line.empty()) return out;
  const std::size_t caret = std::min<std::size_t>(std::max(complaint.column, 1U) - 1, line.size());
  std::size_t begin = caret > kBefore ? caret - kBefore : 0;
  std::size_t end = std::min(line.size(), begin + kWidth);
  while (begin > 0 && continues_character(line[begin])) --begin;
  while (end < line.size() && continues_character(line[end])) ++end;
  out += std::string(kIndent) + printable(line.substr(begin, end - begin)) + "\n";
  if (complaint.column == 0) return out;
  const std::string_view before = line.substr(begin, caret - begin);
  const auto width = before.size() - static_cast<std::size_t>(std::count_if(
                                         before.begin(), before.end(), continues_character));
  return out + std::string(kIndent) + std::string(width, ' ') + "^\n";
}

}  // namespace mtls::config::syntax
