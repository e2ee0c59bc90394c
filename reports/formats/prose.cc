#include "reports/formats/prose.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <clocale>
#include <cwchar>
#include <optional>
#include <utility>

namespace mtls::reports::formats {
namespace {

using namespace std::chrono_literals;
using base::sys_seconds;

constexpr std::string_view kCommand = "Run: ";
constexpr std::string_view kGaps = " /,:_";  // behind which a cell may be broken

std::string indent_of(std::string_view first) { return std::string(width_of(first), ' '); }

// The digits at `begin`; nullopt: something else stands there.
std::optional<int> number(std::string_view text, std::size_t begin, std::size_t digits) {
  int value = 0;
  const char* from = text.data() + begin;
  const auto read = std::from_chars(from, from + digits, value);
  if (read.ec != std::errc{} || read.ptr != from + digits || *from == '-') return std::nullopt;
  return value;
}

// `2026-11-20T08:15:00Z` at the begin of `text`.
std::optional<sys_seconds> instant_at(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() < kForm.size()) return std::nullopt;
  for (const std::size_t i : {4U, 7U, 10U, 13U, 16U, 19U}) {
    if (text[i] != kForm[i]) return std::nullopt;
  }
  const auto year = number(text, 0, 4);
  const auto month = number(text, 5, 2);
  const auto day = number(text, 8, 2);
  const auto hour = number(text, 11, 2);
  const auto minute = number(text, 14, 2);
  const auto second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

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

std::string from_now(sys_seconds at, sys_seconds now) {
  struct Unit {
    std::chrono::seconds size;
    std::string_view name;
    std::chrono::seconds from;  // shorter spans take the next unit
  };
  constexpr std::array kUnits{Unit{365 * 24h, "year", 2 * 365 * 24h}, Unit{24h, "day", 24h},
                              Unit{1h, "hour", 1h}, Unit{1min, "minute", 1min},
                              Unit{1s, "second", 1s}};
  const bool is_past = at < now;
  const std::chrono::seconds span = is_past ? now - at : at - now;
  const auto* const unit =
      std::ranges::find_if(kUnits, [&](const Unit& one) { return span >= one.from; });
  if (unit == kUnits.end()) return "now";
  const auto count = span / unit->size;
  const std::string words =
      std::to_string(count) + " " + std::string(unit->name) + (count == 1 ? "" : "s");
  return is_past ? words + " ago" : "in " + words;
}

std::string date(sys_seconds at, sys_seconds now) {
  constexpr std::size_t kDay = 10;
  constexpr std::size_t kMinute = 16;
  const std::string text = base::rfc3339(at);
  return text.substr(0, kDay) + " " + text.substr(kDay + 1, kMinute - kDay - 1) + " UTC (" +
         from_now(at, now) + ")";
}

std::string day(sys_seconds at, sys_seconds now) {
  constexpr std::size_t kDay = 10;
  const std::chrono::seconds span = at < now ? now - at : at - now;
  if (span < 48h) return date(at, now);
  return base::rfc3339(at).substr(0, kDay) + " (" + from_now(at, now) + ")";
}

std::string with_dates(std::string_view text, sys_seconds now) {
  constexpr std::size_t kLength = 20;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto at = instant_at(text.substr(i));
    if (at) {
      out += date(*at, now);
      i += kLength;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace mtls::reports::formats
