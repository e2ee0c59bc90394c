#include "daemon/live/log_reader.h"

#include <algorithm>
#include <utility>

#include "daemon/live/journal_follower.h"
#include "daemon/live/log_follower.h"
#include "running/error_log.h"
#include "running/verify_line.h"

namespace mtls::daemon::live {
namespace {

constexpr std::size_t kLevel = std::string_view("0000/00/00 00:00:00 ").size();
// Angie's ngx_log_check_rate(); it leaves out lines from then on.
constexpr std::string_view kLimiting = ": too many log messages, limiting";
constexpr std::size_t kLongestLimiting = 96;

}  // namespace

namespace {

std::unique_ptr<LineSource> source_of(const std::string& path) {
  constexpr std::string_view kJournal = running::VerifyPlan::kJournal;
  if (path.starts_with(kJournal))
    return std::make_unique<JournalFollower>(path.substr(kJournal.size()));
  return std::make_unique<LogFollower>(path);
}

}  // namespace

std::string_view words(LineSource::State state) {
  switch (state) {
    case LineSource::State::kReading: return "it can be read";
    case LineSource::State::kMissing: return "it does not exist";
    case LineSource::State::kDenied: return "permission denied";
    case LineSource::State::kNotRegular: return "it is a device, a pipe or a directory";
    case LineSource::State::kFailed: break;
  }
  return "it cannot be read";
}

LogReader::Log& LogReader::log_of(const std::string& path) {
  const auto found =
      std::ranges::find(logs_, path, [](const Log& log) { return log.source->path(); });
  if (found != logs_.end()) return *found;
  Log& log = logs_.emplace_back();
  log.source = source_of(path);
  log.counts.path = path;
  if (auto known = resumed_.extract(path)) log.source->resume(std::move(known.mapped()));
  return log;
}

void LogReader::follow(std::shared_ptr<const running::VerifyPlan> plan) {
  if (plan == nullptr || plan == plan_) return;
  plan_ = std::move(plan);
  std::list<Log> logs;
  for (const std::string& path : plan_->logs) {
    const Log& log = log_of(path);
    const auto at = std::ranges::find_if(logs_, [&](const Log& one) { return &one == &log; });
    logs.splice(logs.end(), logs_, at);
  }
  logs_ = std::move(logs);
}

void LogReader::resume(LogState state) {
  resumed_ = std::move(state.logs);
  for (const int process : state.processes) counts_.trust(process);
}

LogState LogReader::state() const {
  LogState state{.logs = resumed_, .processes = counts_.trusted()};
  for (const Log& log : logs_) {
    auto positions = log.source->positions();
    if (!positions.empty()) state.logs[log.source->path()] = std::move(positions);
  }
  return state;
}

std::uint64_t LogReader::mark() const {
  std::uint64_t mark = 0;
  for (const Log& log : logs_) mark = mark * 31 + log.source->mark();
  return mark;
}

// Two paths that lead to one file: the first one is read.
bool LogReader::is_double(const Log& log) const {
  const auto file = log.source->file();
  for (const Log& other : logs_) {
    if (&other == &log) return false;
    if (file && other.source->file() == file) return true;
  }
  return false;
}

void LogReader::take(const LineSource::Line& line, std::size_t number, Log& log,
                     std::vector<Emergency>& emergencies) {
  const std::string_view text = line.text;
  ++log.counts.lines;
  if (line.is_first) {
    if (const auto parsed = running::parse_log_line(text)) counts_.trust(parsed->pid);
  }
  if (const auto refused = running::parse_verify_line(text)) {
    counts_.take(number, *refused);
  } else if (const auto lost = plan_->observer_socket.empty()
                                   ? std::nullopt
                                   : running::parse_loss_line(text, plan_->observer_socket)) {
    losses_.take(number, *lost);
  } else if (text.size() > kLevel && text.substr(kLevel).starts_with("[emerg] ")) {
    if (const auto parsed = running::parse_log_line(text))
      emergencies.push_back({.pid = parsed->pid, .message = std::string(parsed->message)});
  } else if (text.size() < kLongestLimiting && text.ends_with(kLimiting)) {
    ++log.counts.limited;
  }
}

void LogReader::open(Log& log) {
  const bool is_readable = log.source->open();
  const bool was_readable = std::exchange(log.is_readable, is_readable);
  const bool is_first = !std::exchange(log.is_known, true);
  if (was_readable && !is_readable && !is_first) ++log.counts.unreadable;
  if (was_readable != is_readable)
    turns_.push_back({.path = log.source->path(), .state = log.source->state()});
}

// Which file counts for whom depends on which can be read, so all are opened first.
std::vector<LogReader::Emergency> LogReader::read(const std::vector<int>& processes) {
  std::vector<Emergency> emergencies;
  for (const int process : processes) counts_.trust(process);
  std::vector<bool> readable;
  for (Log& log : logs_) {
    open(log);
    readable.push_back(log.is_readable);
  }
  losses_.follow(plan_, readable);
  counts_.follow(plan_, std::move(readable));
  std::size_t number = 0;
  for (Log& log : logs_) {
    const bool was_double = std::exchange(log.is_double, is_double(log));
    if (was_double && !log.is_double) log.source->forget_former();
    if (log.is_double) {
      log.source->skip();
    } else {
      log.source->read([&](const LineSource::Line& line) { take(line, number, log, emergencies); });
    }
    ++number;
  }
  losses_.end_reading(counts_);
  counts_.end_reading();
  return emergencies;
}

std::vector<running::LogCounts> LogReader::logs() const {
  std::vector<running::LogCounts> all;
  for (const Log& log : logs_) {
    running::LogCounts counts = log.counts;
    counts.oversized = log.source->oversized();
    counts.lost = log.source->lost();
    all.push_back(std::move(counts));
  }
  return all;
}

bool LogReader::is_behind() const {
  return std::ranges::any_of(logs_, [](const Log& log) { return log.source->is_behind(); });
}

}  // namespace mtls::daemon::live
