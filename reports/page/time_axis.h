// An end on a time axis that all rows share: a bar from now to the end. The words beside it say the
// same, so it is hidden from screen readers. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace mtls::reports::page {

/// The worst first.
enum class Mood { kBad, kDoubtful, kGood, kNeutral };
/// The class in the style sheet: `good`, `doubtful`, `bad`, `neutral`.
std::string_view word(Mood mood);

/// The axis is logarithmic: it has a mark at 1 day, 1 week, 30 days, 90 days and a year, and ends
/// at 5 years.
std::string time_bar(base::sys_seconds end, base::sys_seconds now, Mood mood);
/// The names of the marks, for the head of the column.
std::string time_scale();

}  // namespace mtls::reports::page
