// Durations in Go's format, which web-config.yml uses because the exporter-toolkit is written in
// Go. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace mtls::daemon::web::settings {

/// `300ms`, `1.5s`, `1h30m`; `0` needs no unit (Go's time.ParseDuration). nullopt: malformed,
/// negative, or more than 100 days.
std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text);

}  // namespace mtls::daemon::web::settings
