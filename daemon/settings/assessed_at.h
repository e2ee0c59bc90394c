// Instants and time spans as people write them, and `--at`: the instant an assessment is made for,
// absolute or relative to now. Pure: the current time is an argument.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace mtls::daemon::settings {

/// An instant, or a time span from now.
using AssessedAt = std::variant<std::chrono::seconds, base::sys_seconds>;

/// `30d`, with the units s, m, h, d, w or y (365 days). nullopt: it is none.
std::optional<std::chrono::seconds> parse_time_span(std::string_view text);

/// `2030-01-31`: the midnight in UTC with which that day begins. nullopt: it is none.
std::optional<base::sys_seconds> parse_date(std::string_view text);

/// A parse_date(), RFC 3339 (`2030-01-01T00:00:00Z`, `…T02:00:00.5+02:00`; fractions are cut off),
/// or `+30d`, a parse_time_span(). nullopt: none of them.
std::optional<AssessedAt> parse_assessed_at(std::string_view text);

base::sys_seconds instant_of(const AssessedAt& at, base::sys_seconds now);

}  // namespace mtls::daemon::settings
