#include "running/line_losses.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "running/error_log.h"

namespace mtls::running {
namespace {

constexpr std::size_t kTime = std::string_view("0000/00/00 00:00:00 ").size();
constexpr std::ptrdiff_t kMostUnknown = 64;  // processes

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// `*12 send() to syslog failed while logging request, client: `, or `has written only 5 of 9`.
bool is_warning(std::string_view message) {
  if (!take(message, "*")) return false;
  const std::size_t blank = message.find(' ');
  return blank != std::string_view::npos &&
         message.substr(blank + 1).starts_with("send() to syslog ");
}

/// `connect() failed (111: Connection refused)`; from 1.23.4 on it goes on with
/// ` while logging to syslog, server: unix:/path` (ngx_syslog_log_error()).
bool is_unreachable(std::string_view message, std::string_view socket) {
  if (!take(message, "connect() failed (") && !take(message, "send() failed (")) return false;
  const std::size_t end = message.find(')');
  if (end == std::string_view::npos) return false;
  message.remove_prefix(end + 1);
  return message.empty() ||
         (take(message, " while logging to syslog, server: unix:") && message == socket);
}

}  // namespace

std::optional<LossLine> parse_loss_line(std::string_view line, std::string_view socket) {
  if (line.size() < kTime) return std::nullopt;
  const std::string_view level = line.substr(kTime);
  const bool may_warn = level.starts_with("[warn] ");
  if (!may_warn && !level.starts_with("[error] ") && !level.starts_with("[alert] "))
    return std::nullopt;
  const auto head = parse_log_line(line);
  if (!head) return std::nullopt;
  if (!(may_warn ? is_warning(head->message) : is_unreachable(head->message, socket)))
    return std::nullopt;
  return LossLine{.pid = head->pid, .is_unreachable = !may_warn};
}

void LineLosses::follow(std::shared_ptr<const VerifyPlan> plan, std::vector<bool> readable) {
  if (plan == plan_ && readable == readable_) return;
  plan_ = std::move(plan);
  readable_ = std::move(readable);
  counts_warnings_ = counting_logs(*plan_, plan_->loss_logs, readable_);
  counts_unreachable_ = counting_logs(*plan_, plan_->upstream_logs, readable_);
}

void LineLosses::take(std::size_t log, const LossLine& line) {
  if (!(line.is_unreachable ? counts_unreachable_ : counts_warnings_).at(log)) return;
  if (!processes_.contains(line.pid) && std::ranges::count_if(processes_, [](const auto& one) {
                                          return !one.second.is_nginx;
                                        }) >= kMostUnknown) {
    return;
  }
  Process& process = processes_[line.pid];
  process.last = reading_;
  ++(line.is_unreachable ? process.unreachable : process.warnings);
}

// What explains a warning was logged before it, but perhaps in a file that is read after: it counts
// one reading later.
void LineLosses::settle(Process& process) {
  const std::uint64_t warnings = std::exchange(process.warnings_before, process.warnings);
  process.full = std::max(process.full, warnings - std::min(warnings, process.unreachable));
  counts_.unreachable += process.unreachable;
  *counts_.full += process.full;
  if (reading_ - process.last <= VerifyCounts::kPatience) return;
  former_.unreachable += process.unreachable;
  *former_.full += process.full;
}

void LineLosses::end_reading(const VerifyCounts& nginx) {
  ++reading_;
  counts_ = former_;
  for (auto at = processes_.begin(); at != processes_.end();) {
    Process& process = at->second;
    process.is_nginx = process.is_nginx || nginx.trusts(at->first);
    if (process.is_nginx) settle(process);
    const bool is_over = reading_ - process.last > VerifyCounts::kPatience;
    at = is_over ? processes_.erase(at) : std::next(at);
  }
  counts_.is_observed = !plan_->observer_socket.empty();
  const bool is_told = std::ranges::all_of(plan_->observed_logs, [&](const auto& logs) {
    return std::ranges::any_of(
        logs, [&](std::size_t log) { return log < readable_.size() && readable_[log]; });
  });
  if (!is_told) counts_.full.reset();
}

}  // namespace mtls::running
