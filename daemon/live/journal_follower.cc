#include "daemon/live/journal_follower.h"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "running/error_log.h"
#include "running/verify_counts.h"

namespace mtls::daemon::live {
namespace {

// Of one call; nginx cannot write more in a second than a few calls read.
constexpr int kMostEntries = 50'000;
// nginx cuts its lines at 2 KiB (NGX_MAX_ERROR_STR).
constexpr std::size_t kLongestField = std::size_t{64} << 10U;

LineSource::State state_of(int error) {
  if (error == -EACCES || error == -EPERM) return LineSource::State::kDenied;
  if (error == -ENOENT) return LineSource::State::kMissing;
  return LineSource::State::kFailed;
}

// What stands behind `NAME=`; "": the entry does not have it.
std::string_view field(sd_journal* journal, const char* name, std::string_view prefix) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (sd_journal_get_data(journal, name, &data, &size) < 0) return {};
  std::string_view text(static_cast<const char*>(data), size);
  text.remove_prefix(std::min(prefix.size(), text.size()));
  return text;
}

int number_of(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string cursor_of(sd_journal* journal) {
  char* cursor = nullptr;
  if (sd_journal_get_cursor(journal, &cursor) < 0) return "";
  const std::unique_ptr<char, decltype(&std::free)> owned(cursor, &std::free);
  return cursor;
}

// A journal of which no file can be opened looks like an empty one.
bool has_files(sd_journal* journal) {
  return sd_journal_has_persistent_files(journal) > 0 || sd_journal_has_runtime_files(journal) > 0;
}

}  // namespace

void JournalFollower::Close::operator()(sd_journal* journal) const { sd_journal_close(journal); }

JournalFollower::JournalFollower(std::string unit, std::string directory)
    : path_(std::string(running::VerifyPlan::kJournal) + unit),
      unit_(std::move(unit)),
      directory_(std::move(directory)) {}

void JournalFollower::resume(std::vector<LogPosition> positions) {
  if (!positions.empty()) cursor_ = std::move(positions.back().cursor);
}

std::vector<LogPosition> JournalFollower::positions() const {
  if (cursor_.empty()) return {};
  return {{.cursor = cursor_}};
}

std::uint64_t JournalFollower::mark() const { return base::fnv1a(cursor_); }

// To the entry behind which the next call reads: the last one that was handed out, else the newest.
bool JournalFollower::seek() {
  sd_journal* const journal = journal_.get();
  if (!cursor_.empty()) {
    if (sd_journal_seek_cursor(journal, cursor_.c_str()) < 0 || sd_journal_next(journal) < 0)
      return false;
    if (sd_journal_test_cursor(journal, cursor_.c_str()) > 0) return true;
    // The entry has been cleaned up: what is left begins with the one that was found.
    ++lost_;
    return sd_journal_previous(journal) >= 0;
  }
  if (sd_journal_seek_tail(journal) < 0 || sd_journal_previous(journal) < 0) return false;
  cursor_ = cursor_of(journal);
  return true;
}

bool JournalFollower::open() {
  if (journal_) return true;
  sd_journal* opened = nullptr;
  const int error = directory_.empty()
                        ? sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM)
                        : sd_journal_open_directory(&opened, directory_.c_str(), 0);
  std::unique_ptr<sd_journal, Close> journal(error < 0 ? nullptr : opened);
  if (!journal) {
    state_ = state_of(error);
    return false;
  }
  if (directory_.empty() && !has_files(journal.get())) {
    state_ = State::kDenied;
    return false;
  }
  sd_journal_set_data_threshold(journal.get(), kLongestField);
  const std::string match = "_SYSTEMD_UNIT=" + unit_;
  const bool is_ready = sd_journal_add_match(journal.get(), match.data(), match.size()) >= 0 &&
                        sd_journal_get_fd(journal.get()) >= 0;  // watches for new files
  if (is_ready) journal_ = std::move(journal);
  if (!is_ready || !seek()) {
    journal_.reset();
    state_ = State::kFailed;
    return false;
  }
  state_ = State::kReading;
  return true;
}

// Of a message of several lines, as syslog takes them, nginx wrote the first one. The kernel tells
// the journal who sent a datagram of syslog; of what comes through stderr, who opened it.
void JournalFollower::take_entry(const Take& take) {
  const std::string message(field(journal_.get(), "MESSAGE", "MESSAGE="));
  const std::string_view text = std::string_view(message).substr(0, message.find('\n'));
  const int sender = number_of(field(journal_.get(), "_PID", "_PID="));
  const auto line = running::parse_log_line(text);
  take({.text = text, .is_first = line && line->pid == sender});
}

bool JournalFollower::read(const Take& take) {
  if (!open()) return false;
  sd_journal* const journal = journal_.get();
  int more = sd_journal_process(journal);
  int count = 0;
  if (more >= 0) {
    while (count < kMostEntries && (more = sd_journal_next(journal)) > 0) {
      take_entry(take);
      ++count;
    }
  }
  if (count > 0) cursor_ = cursor_of(journal);
  is_behind_ = count == kMostEntries;
  if (more >= 0) return true;
  journal_.reset();  // and from the cursor on, with the next call
  state_ = state_of(more);
  return false;
}

}  // namespace mtls::daemon::live
