// The daemon's log: messages with keys and values on stderr, as logfmt or JSON lines. Logging never
// blocks and never fails; lines that cannot be written are counted. Any thread, except for setting
// up and closing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/system/log/log_line.h"

namespace mtls::daemon::system::log {

struct LogOptions {
  LogLevel level = LogLevel::kInfo;  // and above
  LogFormat format = LogFormat::kLogfmt;
};

/// Before setup_log() and after close_log() messages are discarded. kInternal: no thread left.
/// Neither may be called while another thread logs.
base::Result<void> setup_log(const LogOptions& options);
/// Writes what is still queued.
void close_log();

/// `log_info("snapshot published", {{"generation", "3"}});` Any thread.
using LogFields = std::initializer_list<LogField>;
void log_debug(std::string_view message, LogFields fields = {});
void log_info(std::string_view message, LogFields fields = {});
void log_warn(std::string_view message, LogFields fields = {});
void log_error(std::string_view message, LogFields fields = {});

/// The line that log_error() would write now, for code that cannot log at the moment it has to.
std::string error_line(std::string_view message, LogFields fields = {});

/// For nginx_mtls_log_messages_dropped_total.
std::uint64_t log_messages_dropped();

/// Whether JOURNAL_STREAM means this stderr. systemd.exec(5) asks to compare them, because programs
/// whose stderr was redirected inherit the variable as well. Pure.
bool is_journal_stream(std::optional<std::string_view> variable, std::uint64_t device,
                       std::uint64_t inode);

}  // namespace mtls::daemon::system::log
