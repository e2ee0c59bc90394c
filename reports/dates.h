// Instants for people: a date with the time from now, also inside of a text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace mtls::reports {

/// `in 20 days`, `2 hours ago`, `now`: the greatest unit that fits, rounded down.
std::string from_now(base::sys_seconds at, base::sys_seconds now);

/// `2026-12-20 16:38 UTC (in 20 days)`
std::string date(base::sys_seconds at, base::sys_seconds now);

/// For tables: `2026-12-20 (in 20 days)`; within two days as date() writes it.
std::string day(base::sys_seconds at, base::sys_seconds now);

/// `text` with each instant of RFC 3339 in it as date() writes it.
std::string with_dates(std::string_view text, base::sys_seconds now);

}  // namespace mtls::reports
