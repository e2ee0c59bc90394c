#include "daemon/system/log/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "daemon/system/file_descriptor.h"
#include "daemon/system/log/log_queue.h"

namespace mtls::daemon::system::log {
namespace {

constexpr std::size_t kQueuedLines = 1024;

struct Log {
  LogLevel level;
  LogStyle style;
  std::unique_ptr<LogQueue> queue;
};

// There is one stderr and so one log.
std::unique_ptr<Log>& current_log() {
  static std::unique_ptr<Log> log;
  return log;
}

LogReader reader_of_stderr() {
  struct stat status{};
  const char* variable = std::getenv("JOURNAL_STREAM");
  if (variable == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return LogReader::kAnyone;
  return is_journal_stream(variable, status.st_dev, status.st_ino) ? LogReader::kJournal
                                                                   : LogReader::kAnyone;
}

std::string line_of(LogLevel level, std::string_view message, LogFields fields, LogStyle style) {
  const LogRecord record{.level = level,
                         .message = message,
                         .fields = {fields.begin(), fields.size()},
                         .at = std::chrono::system_clock::now()};
  return format_log_line(record, style);
}

void write(LogLevel level, std::string_view message, LogFields fields) {
  const Log* log = current_log().get();
  if (log == nullptr || level < log->level) return;
  log->queue->push(line_of(level, message, fields, log->style));
}

}  // namespace

base::Result<void> setup_log(const LogOptions& options) {
  close_log();
  // A copy: if stderr were closed, another file would soon get its number.
  FileDescriptor out(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  auto queue = LogQueue::start(std::move(out), kQueuedLines);
  if (!queue) return tl::unexpected(queue.error());
  const LogStyle style{.format = options.format, .reader = reader_of_stderr()};
  current_log() = std::make_unique<Log>(Log{options.level, style, std::move(*queue)});
  return {};
}

void close_log() { current_log().reset(); }

void log_debug(std::string_view message, LogFields fields) {
  write(LogLevel::kDebug, message, fields);
}
void log_info(std::string_view message, LogFields fields) {
  write(LogLevel::kInfo, message, fields);
}
void log_warn(std::string_view message, LogFields fields) {
  write(LogLevel::kWarn, message, fields);
}
void log_error(std::string_view message, LogFields fields) {
  write(LogLevel::kError, message, fields);
}

std::string error_line(std::string_view message, LogFields fields) {
  const Log* log = current_log().get();
  return line_of(LogLevel::kError, message, fields, log == nullptr ? LogStyle{} : log->style);
}

std::uint64_t log_messages_dropped() {
  const Log* log = current_log().get();
  return log == nullptr ? 0 : log->queue->dropped();
}

bool is_journal_stream(std::optional<std::string_view> variable, std::uint64_t device,
                       std::uint64_t inode) {
  return variable == std::to_string(device) + ":" + std::to_string(inode);
}

}  // namespace mtls::daemon::system::log
