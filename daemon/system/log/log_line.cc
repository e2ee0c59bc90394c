#include "daemon/system/log/log_line.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "base/time.h"

namespace mtls::daemon::system::log {
namespace {

struct LevelText {
  std::string_view word;
  std::string_view priority;  // sd-daemon(3)
};

LevelText level_text(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return {"debug", "<7>"};
    case LogLevel::kInfo: return {"info", "<6>"};
    case LogLevel::kWarn: return {"warn", "<4>"};
    case LogLevel::kError: return {"error", "<3>"};
  }
  return {"error", "<3>"};
}

std::string timestamp(std::chrono::system_clock::time_point at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(at - seconds);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(rest.count()));
  std::string text = base::rfc3339(seconds);
  text.pop_back();  // Z
  return text + fraction.data();
}

std::string safe_key(std::string_view key) {
  std::string out(key.empty() ? "_" : key);
  for (char& c : out) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return out;
}

// sanitize() leaves valid UTF-8 without control characters. Only quotes and backslashes are left to
// escape, in JSON (RFC 8259 §7) as in logfmt.
std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : base::sanitize(value, base::kMaxPathBytes)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string logfmt(const LogRecord& record, LogReader reader) {
  std::string line;
  if (reader != LogReader::kJournal) line += "ts=" + timestamp(record.at) + " ";
  line += "level=" + std::string(level_text(record.level).word) + " msg=" + quoted(record.message);
  for (const LogField& field : record.fields) {
    line += " " + safe_key(field.key) + "=" + quoted(field.value);
  }
  return line;
}

std::string json(const LogRecord& record, LogReader reader) {
  std::string line = "{";
  if (reader != LogReader::kJournal) line += "\"ts\":\"" + timestamp(record.at) + "\",";
  line += "\"level\":\"" + std::string(level_text(record.level).word) +
          "\",\"msg\":" + quoted(record.message);
  for (const LogField& field : record.fields) {
    line += ",\"" + safe_key(field.key) + "\":" + quoted(field.value);
  }
  return line + "}";
}

}  // namespace

std::string format_log_line(const LogRecord& record, const LogStyle& style) {
  std::string line =
      style.format == LogFormat::kJson ? json(record, style.reader) : logfmt(record, style.reader);
  if (style.reader != LogReader::kJournal) return line;
  return std::string(level_text(record.level).priority) + line;
}

}  // namespace mtls::daemon::system::log
