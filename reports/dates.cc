#include "reports/dates.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace mtls::reports {
namespace {

using namespace std::chrono_literals;
using base::sys_seconds;

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

}  // namespace

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

}  // namespace mtls::reports
