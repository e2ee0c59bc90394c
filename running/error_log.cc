#include "running/error_log.h"

#include <charconv>

namespace mtls::running {

std::optional<LogLine> parse_log_line(std::string_view line) {
  constexpr std::string_view kTime = "0000/00/00 00:00:00 [";
  if (line.size() <= kTime.size()) return std::nullopt;
  for (std::size_t i = 0; i < kTime.size(); ++i) {
    const bool is_digit = line[i] >= '0' && line[i] <= '9';
    if (kTime[i] == '0' ? !is_digit : line[i] != kTime[i]) return std::nullopt;
  }
  line.remove_prefix(kTime.size());
  LogLine parsed;
  const std::size_t bracket = line.find("] ");
  if (bracket == std::string_view::npos) return std::nullopt;
  parsed.level = line.substr(0, bracket);
  line.remove_prefix(bracket + 2);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), parsed.pid);
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  const std::size_t colon = line.find(": ");
  if (error != std::errc{} || !line.starts_with('#') || colon == std::string_view::npos)
    return std::nullopt;
  parsed.message = line.substr(colon + 2);
  return parsed;
}

}  // namespace mtls::running
