// Numbers, sizes, times and networks as nginx reads them: ngx_atoi(), ngx_parse_size(),
// ngx_parse_time(), ngx_ptocidr(). nullopt where nginx returns NGX_ERROR. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mtls::config::grammar {

enum class TimeUnit { kSeconds, kMilliseconds };

/// Only digits; less than 2^63.
std::optional<std::int64_t> parse_number(std::string_view text);
/// In bytes: digits, optionally followed by `k`, `K`, `m` or `M`.
std::optional<std::int64_t> parse_size(std::string_view text);
/// The same, and `g` or `G` (ngx_parse_offset()).
std::optional<std::int64_t> parse_offset(std::string_view text);
/// In the given unit: `1d12h`, `90`, `500ms` (only with kMilliseconds). A year has 365 days, a
/// month 30.
std::optional<std::int64_t> parse_time(std::string_view text, TimeUnit unit);
/// Whether it is `ADDRESS` or `ADDRESS/BITS`, IPv4 or IPv6.
bool is_network(std::string_view text);

}  // namespace mtls::config::grammar
