// The daemon's log: messages with keys and values to stderr, as logfmt or JSON lines. Logging never
// blocks and never fails; what does not get through is counted.
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

/// Until then, and after close_log, messages go nowhere. kInternal: no thread left. Neither may be
/// called while another thread logs.
base::Result<void> setup_log(const LogOptions& options);
/// Writes what is queued.
void close_log();

/// `log_info("snapshot published", {{"generation", "3"}});` Any thread.
using LogFields = std::initializer_list<LogField>;
void log_debug(std::string_view message, LogFields fields = {});
void log_info(std::string_view message, LogFields fields = {});
void log_warn(std::string_view message, LogFields fields = {});
void log_error(std::string_view message, LogFields fields = {});

/// The line that log_error() would write now, for those who cannot log when they have to.
std::string error_line(std::string_view message, LogFields fields = {});

/// For nginx_mtls_log_messages_dropped_total.
std::uint64_t log_messages_dropped();

/// Whether JOURNAL_STREAM speaks of this stderr: systemd.exec(5) asks to compare, as the variable
/// is inherited by programs whose stderr was redirected. Pure.
bool is_journal_stream(std::optional<std::string_view> variable, std::uint64_t device,
                       std::uint64_t inode);

}  // namespace mtls::daemon::system::log
