// Text for people: lines of a bounded width, and instants as a date with the time from now. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mtls::reports::formats {

inline constexpr std::size_t kTextWidth = 100;  // characters

/// Characters of sanitized UTF-8.
std::size_t width_of(std::string_view text);

/// `text` behind `first`, its further lines behind as many blanks, none longer than kTextWidth
/// where a blank allows it; ends with a newline. A command (what follows `Run: ` up to the end) has
/// a line of its own and is never broken, so that it can be copied.
std::string wrapped(std::string_view first, std::string_view text);

/// `in 20 days`, `2 hours ago`, `now`: the greatest unit that fits, rounded down.
std::string from_now(base::sys_seconds at, base::sys_seconds now);

/// `2026-12-20 16:38 UTC (in 20 days)`
std::string date(base::sys_seconds at, base::sys_seconds now);

/// `text` with each instant of RFC 3339 in it as date() writes it.
std::string with_dates(std::string_view text, base::sys_seconds now);

}  // namespace mtls::reports::formats
