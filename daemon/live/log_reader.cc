#include "daemon/live/log_reader.h"

#include <algorithm>
#include <utility>

#include "running/error_log.h"
#include "running/verify_line.h"

namespace mtls::daemon::live {
namespace {

constexpr std::size_t kLevel = std::string_view("0000/00/00 00:00:00 ").size();
// Angie's ngx_log_check_rate(); it leaves out lines from then on.
constexpr std::string_view kLimiting = ": too many log messages, limiting";
constexpr std::size_t kLongestLimiting = 96;

}  // namespace

std::string_view words(LogFollower::State state) {
  switch (state) {
    case LogFollower::State::kReading: return "it can be read";
    case LogFollower::State::kMissing: return "it does not exist";
    case LogFollower::State::kDenied: return "permission denied";
    case LogFollower::State::kNotRegular: return "it is a device, a pipe or a directory";
    case LogFollower::State::kFailed: break;
  }
  return "it cannot be read";
}

LogReader::Log& LogReader::log_of(const std::string& path) {
  const auto found =
      std::ranges::find(logs_, path, [](const Log& log) { return log.follower.path(); });
  if (found != logs_.end()) return *found;
  logs_.push_back({.follower = LogFollower(path), .counts = {.path = path}});
  if (auto known = resumed_.extract(path)) logs_.back().follower.resume(std::move(known.mapped()));
  return logs_.back();
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
    auto positions = log.follower.positions();
    if (!positions.empty()) state.logs[log.follower.path()] = std::move(positions);
  }
  return state;
}

std::uint64_t LogReader::mark() const {
  std::uint64_t mark = 0;
  for (const Log& log : logs_) mark = mark * 31 + log.follower.mark();
  return mark;
}

// Two paths that lead to one file: the first one is read.
bool LogReader::is_double(const Log& log) const {
  for (const Log& other : logs_) {
    if (&other == &log) return false;
    if (other.follower.is_same_file(log.follower)) return true;
  }
  return false;
}

void LogReader::take(const LogFollower::Line& line, std::size_t number, Log& log,
                     std::vector<Emergency>& emergencies) {
  const std::string_view text = line.text;
  ++log.counts.lines;
  if (line.is_first) {
    if (const auto parsed = running::parse_log_line(text)) counts_.trust(parsed->pid);
  }
  if (const auto refused = running::parse_verify_line(text)) {
    counts_.take(number, *refused);
  } else if (text.size() > kLevel && text.substr(kLevel).starts_with("[emerg] ")) {
    if (const auto parsed = running::parse_log_line(text))
      emergencies.push_back({.pid = parsed->pid, .message = std::string(parsed->message)});
  } else if (text.size() < kLongestLimiting && text.ends_with(kLimiting)) {
    ++log.counts.limited;
  }
}

void LogReader::open(Log& log) {
  const bool is_readable = log.follower.open();
  const bool was_readable = std::exchange(log.is_readable, is_readable);
  const bool is_first = !std::exchange(log.is_known, true);
  if (was_readable && !is_readable && !is_first) ++log.counts.unreadable;
  if (was_readable != is_readable)
    turns_.push_back({.path = log.follower.path(), .state = log.follower.state()});
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
  counts_.follow(plan_, std::move(readable));
  std::size_t number = 0;
  for (Log& log : logs_) {
    const bool was_double = std::exchange(log.is_double, is_double(log));
    if (was_double && !log.is_double) log.follower.forget_former();
    if (log.is_double) {
      log.follower.skip();
    } else {
      log.follower.read(
          [&](const LogFollower::Line& line) { take(line, number, log, emergencies); });
    }
    ++number;
  }
  counts_.end_reading();
  return emergencies;
}

std::vector<running::LogCounts> LogReader::logs() const {
  std::vector<running::LogCounts> all;
  for (const Log& log : logs_) {
    running::LogCounts counts = log.counts;
    counts.oversized = log.follower.oversized();
    counts.lost = log.follower.lost();
    all.push_back(std::move(counts));
  }
  return all;
}

bool LogReader::is_behind() const {
  return std::ranges::any_of(logs_, [](const Log& log) { return log.follower.is_behind(); });
}

}  // namespace mtls::daemon::live
