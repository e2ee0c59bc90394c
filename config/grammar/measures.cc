#include "config/grammar/measures.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace mtls::config::grammar {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view letters;
  int step;  // rank from large to small
  std::int64_t seconds;
};

constexpr std::int64_t kDay = std::int64_t{24} * 3600;
constexpr int kMinuteStep = 6;
constexpr int kSecondStep = 7;
constexpr int kMillisecondStep = 8;
constexpr int kMonthStep = 2;
constexpr std::array kUnits{
    Unit{"ms", kMillisecondStep, 0}, Unit{"y", 1, 365 * kDay},  Unit{"M", kMonthStep, 30 * kDay},
    Unit{"w", 3, 7 * kDay},          Unit{"d", 4, kDay},        Unit{"h", 5, 3600},
    Unit{"m", kMinuteStep, 60},      Unit{"s", kSecondStep, 1}, Unit{" ", kMillisecondStep + 1, 1}};

constexpr std::int64_t kKilo = 1024;

std::optional<std::int64_t> scaled(std::string_view digits, std::int64_t scale) {
  const auto count = parse_number(digits);
  return count && *count <= kMax / scale ? std::optional(*count * scale) : std::nullopt;
}

std::string_view take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

const Unit* take_unit(std::string_view& text) {
  const auto* found = std::ranges::find_if(
      kUnits, [&](const Unit& unit) { return text.starts_with(unit.letters); });
  if (found == kUnits.end()) return nullptr;
  text.remove_prefix(found->letters.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return found;
}

// Each unit may occur once, from large to small. A space means seconds and ends the units.
bool may_follow(const Unit& unit, int step) {
  return unit.letters == " " ? step < kSecondStep : step < unit.step;
}

bool add(std::int64_t& total, std::int64_t value, std::int64_t scale) {
  if (scale != 0 && value > kMax / scale) return false;
  if (total > kMax - value * scale) return false;
  total += value * scale;
  return true;
}

// ngx_inet_addr(): four numbers, of which any may be left out. 255.255.255.255 is its error.
bool is_ipv4(std::string_view text) {
  constexpr std::uint32_t kMost = 255;
  std::uint32_t address = 0;
  std::uint32_t octet = 0;
  int dots = 0;
  for (const char c : text) {
    if (c == '.') {
      address = (address << 8U) + octet;
      octet = 0;
      ++dots;
    } else if (c >= '0' && c <= '9') {
      octet = octet * 10 + static_cast<std::uint32_t>(c - '0');
      if (octet > kMost) return false;
    } else {
      return false;
    }
  }
  return dots == 3 && (address << 8U) + octet != ~std::uint32_t{0};
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_all = error == std::errc{} && end == text.data() + text.size();
  if (!is_all || text.empty() || text.front() == '-') return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  std::int64_t scale = 1;
  if (text.ends_with('k') || text.ends_with('K')) scale = kKilo;
  if (text.ends_with('m') || text.ends_with('M')) scale = kKilo * kKilo;
  return scaled(scale == 1 ? text : text.substr(0, text.size() - 1), scale);
}

std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (!text.ends_with('g') && !text.ends_with('G')) return parse_size(text);
  return scaled(text.substr(0, text.size() - 1), kKilo * kKilo * kKilo);
}

std::optional<std::int64_t> parse_time(std::string_view text, TimeUnit unit) {
  const bool in_seconds = unit == TimeUnit::kSeconds;
  const std::int64_t per_second = in_seconds ? 1 : 1000;
  int step = in_seconds ? 0 : kMonthStep;  // a time in milliseconds has no years and months
  bool has_number = false;
  std::int64_t total = 0;
  while (!text.empty()) {
    const std::string_view digits = take_digits(text);
    const std::int64_t value = digits.empty() ? 0 : parse_number(digits).value_or(-1);
    if (value < 0) return std::nullopt;
    has_number = has_number || !digits.empty();
    if (text.empty())
      return has_number && add(total, value, per_second) ? std::optional(total) : std::nullopt;
    const Unit* found = take_unit(text);
    if (found == nullptr || !may_follow(*found, step)) return std::nullopt;
    if (in_seconds && found->step == kMillisecondStep) return std::nullopt;
    const bool is_fraction = found->step == kMillisecondStep;
    if (!add(total, value, is_fraction ? 1 : found->seconds * per_second)) return std::nullopt;
    step = found->step;
  }
  return has_number ? std::optional(total) : std::nullopt;
}

bool is_network(std::string_view text) {
  constexpr std::int64_t kBits4 = 32;
  constexpr std::int64_t kBits6 = 128;
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const bool is_4 = is_ipv4(address);
  if (!is_4 && !is_ipv6(address)) return false;
  if (slash == std::string_view::npos) return true;
  const auto bits = parse_number(text.substr(slash + 1));
  return bits && *bits <= (is_4 ? kBits4 : kBits6);
}

}  // namespace mtls::config::grammar
