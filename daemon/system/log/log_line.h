// Formats one log message as one line of logfmt or JSON. Whatever the message and the values
// contain (names in certificates, paths), the line stays one line with the keys that the code
// wrote. Pure.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace mtls::daemon::system::log {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

struct LogField {
  std::string_view key;  // letters, digits, `_`; anything else becomes `_`
  std::string_view value;
};

struct LogRecord {
  LogLevel level = LogLevel::kInfo;
  std::string_view message;
  std::span<const LogField> fields;
  std::chrono::system_clock::time_point at;
};

enum class LogReader { kAnyone, kJournal };

struct LogStyle {
  LogFormat format = LogFormat::kLogfmt;
  /// The journal gets a priority prefix (`<6>`, sd-daemon(3)) and no time, because it adds its own.
  LogReader reader = LogReader::kAnyone;
};

/// Without the line end.
std::string format_log_line(const LogRecord& record, const LogStyle& style);

}  // namespace mtls::daemon::system::log
