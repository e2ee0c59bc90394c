// Absolute time as whole seconds since 1970 in UTC, and its one text form. Pure: nothing here reads
// a clock.
#pragma once

#include <chrono>
#include <string>

namespace mtls::base {

using std::chrono::sys_seconds;

/// 9999-12-31T23:59:59Z, which RFC 5280 §4.1.2.5 uses for "no well-defined expiration date".
inline constexpr sys_seconds kNoExpiry{std::chrono::seconds{253402300799}};

/// RFC 3339 in UTC, for example `2026-11-20T08:15:00Z`.
std::string rfc3339(sys_seconds at);

/// Seconds since 1970, as Prometheus represents time.
inline double unix_seconds(sys_seconds at) {
  return static_cast<double>(at.time_since_epoch().count());
}

}  // namespace mtls::base
