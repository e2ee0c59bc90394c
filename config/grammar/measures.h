// Numbers, sizes and times as nginx reads them: ngx_atoi(), ngx_parse_size(), ngx_parse_time().
// nullopt where nginx says NGX_ERROR. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mtls::config::grammar {

enum class TimeUnit { kSeconds, kMilliseconds };

/// Digits only, below 2^63.
std::optional<std::int64_t> parse_number(std::string_view text);
/// Bytes: digits, then `k`, `K`, `m`, `M` or nothing.
std::optional<std::int64_t> parse_size(std::string_view text);
/// In `unit`s: `1d12h`, `90`, `500ms` (milliseconds only); years and months of 365 and 30 days.
std::optional<std::int64_t> parse_time(std::string_view text, TimeUnit unit);

}  // namespace mtls::config::grammar
