// What a client prefers (RFC 9110 §12): gzip or not, and which exposition format. Knows the values
// of header fields, no requests. Pure.
#pragma once

#include <string_view>

namespace mtls::daemon::web::http {

/// `accept_encoding`: all values of that field, "" without one. True unless the client does not
/// name gzip or prefers identity.
bool prefers_gzip(std::string_view accept_encoding);

enum class MetricsFormat { kText, kOpenMetrics };

/// OpenMetrics only if the client names it (1.0.0 or no version) and does not prefer the text
/// format; if both have the same weight, the first one counts. Wildcards, and clients that accept
/// neither, get text.
MetricsFormat preferred_format(std::string_view accept);

}  // namespace mtls::daemon::web::http
