// What a client would rather have (RFC 9110 §12): gzip or not, which exposition format. Pure.
#pragma once

#include <string_view>

namespace mtls::daemon::web::http {

/// `accept_encoding`: all values of that field, "" without one. Gzip unless the client does not
/// name it or likes identity better.
bool prefers_gzip(std::string_view accept_encoding);

enum class MetricsFormat { kText, kOpenMetrics };

/// OpenMetrics only for who names it (1.0.0 or no version) and likes nothing of the text format
/// better; of equal ones the first counts. Wildcards, and clients that accept neither, get text.
MetricsFormat preferred_format(std::string_view accept);

}  // namespace mtls::daemon::web::http
