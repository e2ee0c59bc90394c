#include "daemon/web/settings/go_duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mtls::daemon::web::settings {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 8> kUnits{{{"ns", 1},
                                                                     {"us", 1e3},
                                                                     {"\u00B5s", 1e3},
                                                                     {"\u03BCs", 1e3},
                                                                     {"ms", 1e6},
                                                                     {"s", 1e9},
                                                                     {"m", 60e9},
                                                                     {"h", 3600e9}}};
constexpr double kMostNanoseconds = 100.0 * 24 * 3600e9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes one part like `1.5h` off the front of `text`.
std::optional<double> take_part(std::string_view& text) {
  double number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  const std::size_t unit_end = static_cast<std::size_t>(
      std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; }) -
      text.begin());
  const std::string_view unit = text.substr(0, unit_end);
  const auto* known = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const auto& entry) { return entry.first == unit; });
  if (known == kUnits.end()) return std::nullopt;
  text.remove_prefix(unit_end);
  return number * known->second;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    // from_chars() would also accept a sign, "inf" and "nan".
    if (!is_digit(text.front()) && text.front() != '.') return std::nullopt;
    const std::optional<double> part = take_part(text);
    if (!part) return std::nullopt;
    sum += *part;
  }
  if (sum > kMostNanoseconds) return std::nullopt;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(sum)};
}

}  // namespace mtls::daemon::web::settings
