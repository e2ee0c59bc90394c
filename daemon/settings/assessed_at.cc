#include "daemon/settings/assessed_at.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace mtls::daemon::settings {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// The largest number of any unit: in weeks still far from the end of the calendar that rfc3339()
// writes.
constexpr int kMostUnits = 99'999;
constexpr int kMostYears = 1'000;
constexpr days kYear{365};

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_whole = rest == digits.data() + digits.size() && !digits.starts_with('-');
  return error == std::errc{} && is_whole ? std::optional(value) : std::nullopt;
}

// RFC 3339 §5.6: `Z` or `+HH:MM`, by which local time is ahead of UTC.
std::optional<seconds> offset(std::string_view text) {
  if (text == "Z" || text == "z") return seconds{0};
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hour = number(text.substr(1, 2));
  const auto minute = number(text.substr(4, 2));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const seconds ahead = hours{*hour} + minutes{*minute};
  return text[0] == '+' ? ahead : -ahead;
}

std::string_view without_fraction(std::string_view text) {
  if (!text.starts_with('.')) return text;
  const std::size_t end = text.find_first_not_of("0123456789", 1);
  return end == 1 || end == std::string_view::npos ? std::string_view{} : text.substr(end);
}

// In `shape` a 0 stands for any digit.
bool begins_like(std::string_view text, std::string_view shape) {
  return text.size() >= shape.size() &&
         std::equal(shape.begin(), shape.end(), text.begin(), [](char wanted, char c) {
           if (wanted == '0') return c >= '0' && c <= '9';
           return c == wanted || (wanted == 'T' && c == 't');
         });
}

// Of digits that are there.
int field(std::string_view text, std::size_t at, std::size_t digits) {
  return number(text.substr(at, digits)).value_or(0);
}

// REQUIRES: the text begins like a date.
std::chrono::year_month_day date_in(std::string_view text) {
  return {std::chrono::year{field(text, 0, 4)},
          std::chrono::month{static_cast<unsigned>(field(text, 5, 2))},
          std::chrono::day{static_cast<unsigned>(field(text, 8, 2))}};
}

std::optional<base::sys_seconds> instant(std::string_view text) {
  if (!begins_like(text, "0000-00-00T00:00:00")) return std::nullopt;
  const std::chrono::year_month_day date = date_in(text);
  const auto ahead = offset(without_fraction(text.substr(19)));
  constexpr int kLeapSecond = 60;
  const bool is_time =
      field(text, 11, 2) < 24 && field(text, 14, 2) < 60 && field(text, 17, 2) <= kLeapSecond;
  if (!date.ok() || !is_time || !ahead) return std::nullopt;
  return std::chrono::sys_days{date} + hours{field(text, 11, 2)} + minutes{field(text, 14, 2)} +
         seconds{field(text, 17, 2)} - *ahead;
}

}  // namespace

std::optional<seconds> parse_time_span(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto count = number(text.substr(0, text.size() - 1));
  if (!count || *count > kMostUnits) return std::nullopt;
  switch (text.back()) {
    case 's': return seconds{*count};
    case 'm': return minutes{*count};
    case 'h': return hours{*count};
    case 'd': return days{*count};
    case 'w': return std::chrono::weeks{*count};
    case 'y': return *count <= kMostYears ? std::optional<seconds>(*count * kYear) : std::nullopt;
    default: return std::nullopt;
  }
}

std::optional<base::sys_seconds> parse_date(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00";
  if (text.size() != kShape.size() || !begins_like(text, kShape)) return std::nullopt;
  const std::chrono::year_month_day date = date_in(text);
  return date.ok() ? std::optional<base::sys_seconds>(std::chrono::sys_days{date}) : std::nullopt;
}

std::optional<AssessedAt> parse_assessed_at(std::string_view text) {
  if (text.starts_with('+')) return parse_time_span(text.substr(1));
  if (const auto date = parse_date(text)) return *date;
  return instant(text);
}

base::sys_seconds instant_of(const AssessedAt& at, base::sys_seconds now) {
  if (const auto* away = std::get_if<seconds>(&at)) return now + *away;
  return std::get<base::sys_seconds>(at);
}

}  // namespace mtls::daemon::settings
