#include "daemon/live/log_follower.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/text.h"

namespace mtls::daemon::live {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;  // of one call
// More than a line of nginx's: the ends of two lines are often the same, their time and their
// number of the connection are not.
constexpr std::size_t kTail = 4'096;
// A renamed file that has not grown for so long is left alone.
constexpr auto kQuiet = 60s;
constexpr std::size_t kMaxFiles = 8;

std::string bytes_at(int descriptor, off_t begin, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ::pread(descriptor, bytes.data(), size, begin);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

system::FileDescriptor open_to_read(const std::string& path) {
  return system::FileDescriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

LogFollower::State state_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return LogFollower::State::kMissing;
  if (error == EACCES || error == EPERM) return LogFollower::State::kDenied;
  return LogFollower::State::kFailed;
}

bool is_open_to_us(const std::string& path, const struct stat& facts) {
  return S_ISREG(facts.st_mode) && open_to_read(path);
}

// /proc says where an open file is now.
std::string path_behind(int descriptor) {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), none)
      .string();
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

void LogFollower::remember_tail(File& file) {
  const auto size = static_cast<std::size_t>(std::min<off_t>(file.offset, kTail));
  file.before = bytes_at(file.descriptor.get(), file.offset - static_cast<off_t>(size), size);
}

std::vector<LogPosition> LogFollower::positions() const {
  if (!resumed_.empty()) return resumed_;
  std::vector<LogPosition> all;
  for (const File& file : files_) {
    // A line that is not whole is read again.
    const std::size_t unfinished = file.lines.unfinished();
    const std::string_view known(file.before);
    const std::string_view before =
        known.substr(0, known.size() - std::min(known.size(), unfinished));
    all.push_back({.path = path_behind(file.descriptor.get()),
                   .device = file.device,
                   .inode = file.inode,
                   .offset = file.offset - static_cast<off_t>(unfinished),
                   .before = before.size(),
                   .digest = base::fnv1a(before),
                   .is_inside = file.lines.is_dropping(),
                   .is_at_end = file.is_at_end && unfinished == 0});
  }
  return all;
}

std::uint64_t LogFollower::mark() const {
  constexpr std::uint64_t kFactor = 1'099'511'628'211;
  std::uint64_t mark = files_.size();
  for (const File& file : files_) {
    mark = (mark ^ file.inode) * kFactor;
    mark = (mark ^ static_cast<std::uint64_t>(file.offset)) * kFactor;
  }
  return mark;
}

// nullopt: it is no regular file, or it cannot be read.
std::optional<LogFollower::File> LogFollower::open_file(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  File file{.descriptor = open_to_read(path), .before = {}, .grew = Clock::now(), .lines = {}};
  const bool is_open = file.descriptor && ::fstat(file.descriptor.get(), &facts) == 0;
  if (!is_open || !S_ISREG(facts.st_mode)) return std::nullopt;
  file.device = facts.st_dev;
  file.inode = facts.st_ino;
  return file;
}

// Where the file can be by now, or a copy of it.
std::vector<std::string> LogFollower::places(const LogPosition& position) const {
  std::vector<std::string> all{position.path, path_};
  const std::filesystem::path path(path_);
  std::error_code error;
  for (std::filesystem::directory_iterator at(path.parent_path(), error), end; at != end && !error;
       at.increment(error)) {
    if (at->path().filename().string().starts_with(path.filename().string()))
      all.push_back(at->path().string());
  }
  return all;
}

std::optional<LogFollower::File> LogFollower::find_again(const LogPosition& position) const {
  const std::vector<std::string> all = places(position);
  for (const bool is_itself : {true, false}) {
    for (const std::string& place : all) {
      auto file = open_file(place);
      if (!file) continue;
      const bool has_number = file->device == position.device && file->inode == position.inode;
      if (has_number != is_itself || (!is_itself && position.before == 0)) continue;
      const auto size = static_cast<std::size_t>(position.before);
      file->before = bytes_at(file->descriptor.get(),
                              position.offset - static_cast<off_t>(position.before), size);
      if (file->before.size() != size || base::fnv1a(file->before) != position.digest) continue;
      file->offset = position.offset;
      file->is_at_end = position.is_at_end;
      if (position.is_inside) file->lines.begin_inside();
      return file;
    }
  }
  return std::nullopt;
}

// A file that was rotated away and compressed is lost, if it was still written to.
void LogFollower::restore() {
  const std::vector<LogPosition> positions = std::exchange(resumed_, {});
  for (const LogPosition& position : positions) {
    auto file = find_again(position);
    if (file) {
      files_.push_back(std::move(*file));
    } else if (&position == &positions.back()) {
      ++lost_;
    }
  }
}

bool LogFollower::open() {
  is_open_ = look();
  return *is_open_;
}

// What it sees of the file that it reads last is kept for read(): most logs are quiet, and a host
// can have many.
bool LogFollower::look() {
  seen_.reset();
  bool is_first = !std::exchange(has_looked_, true);
  struct stat facts{};
  const bool is_there = ::stat(path_.c_str(), &facts) == 0;
  if (!is_there) state_ = state_of(errno);
  if (!resumed_.empty() && (is_there ? is_open_to_us(path_, facts) : state_ == State::kMissing)) {
    restore();
    is_first = false;  // what has come since is new
  }
  if (!is_there) {
    // nginx goes on with a file that somebody deleted.
    if (state_ == State::kMissing && !files_.empty()) state_ = State::kReading;
    return state_ == State::kReading;
  }
  state_ = S_ISREG(facts.st_mode) ? State::kReading : State::kNotRegular;
  if (state_ == State::kNotRegular) return false;
  const bool is_known = !files_.empty() && files_.back().device == facts.st_dev &&
                        files_.back().inode == facts.st_ino;
  if (is_known) {
    seen_ = facts;
    return true;
  }
  File file{.descriptor = open_to_read(path_), .before = {}, .grew = Clock::now(), .lines = {}};
  if (!file.descriptor || ::fstat(file.descriptor.get(), &facts) != 0) {
    state_ = state_of(errno);
    return false;
  }
  if (!S_ISREG(facts.st_mode)) {
    state_ = State::kNotRegular;
    return false;
  }
  file.device = facts.st_dev;
  file.inode = facts.st_ino;
  // What stands in it when this program begins was written before.
  file.offset = is_first ? facts.st_size : 0;
  file.is_at_end = file.offset == 0;
  remember_tail(file);
  if (!file.before.empty() && file.before.back() != '\n') file.lines.begin_inside();
  files_.push_back(std::move(file));
  return true;
}

// A file that is written over from its beginning may have grown past `offset` again.
bool LogFollower::was_truncated(const File& file, const struct stat& facts) {
  if (facts.st_size < file.offset) return true;
  const bool is_untouched = facts.st_size == file.offset && same_time(facts.st_mtim, file.modified);
  if (is_untouched || file.before.empty()) return false;
  const auto size = static_cast<off_t>(file.before.size());
  return bytes_at(file.descriptor.get(), file.offset - size, file.before.size()) != file.before;
}

bool LogFollower::read_up_to(File& file, off_t end, const Take& take, std::size_t& budget) {
  if (file.offset >= end) {
    file.is_at_end = true;
    return true;
  }
  std::array<char, std::size_t{64} << 10U> block{};
  bool is_first = file.is_at_end && file.lines.is_between_lines();
  while (budget > 0 && file.offset < end) {
    const std::size_t most =
        std::min({block.size(), budget, static_cast<std::size_t>(end - file.offset)});
    const ssize_t got = ::pread(file.descriptor.get(), block.data(), most, file.offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    file.offset += got;
    budget -= size;
    file.grew = Clock::now();
    file.lines.feed(std::string_view(block.data(), size), [&](std::string_view text) {
      take({.text = text, .is_first = std::exchange(is_first, false)});
    });
  }
  file.is_at_end = file.offset >= end;
  return true;
}

// The copy has the bytes that were read last at the same place.
void LogFollower::read_copy(File& file, const Take& take, std::size_t& budget) {
  const std::filesystem::path path(path_);
  const std::string name = path.filename().string();
  const auto before = static_cast<off_t>(file.before.size());
  std::error_code error;
  for (std::filesystem::directory_iterator at(path.parent_path(), error), end; at != end && !error;
       at.increment(error)) {
    const std::string other = at->path().filename().string();
    std::error_code ignored;
    if (other == name || !other.starts_with(name) || !at->is_regular_file(ignored)) continue;
    File copy{.descriptor = open_to_read(at->path().string()), .before = {}, .lines = {}};
    struct stat facts{};
    if (!copy.descriptor || ::fstat(copy.descriptor.get(), &facts) != 0) continue;
    if (!S_ISREG(facts.st_mode) || facts.st_size < file.offset) continue;
    const bool is_copy = before > 0 && bytes_at(copy.descriptor.get(), file.offset - before,
                                                file.before.size()) == file.before;
    if (!is_copy) continue;
    copy.offset = file.offset;
    copy.is_at_end = file.is_at_end;
    copy.lines = std::move(file.lines);
    read_up_to(copy, facts.st_size, take, budget);
    return;
  }
  ++lost_;
}

void LogFollower::start_over(File& file, const Take& take, std::size_t& budget) {
  read_copy(file, take, budget);
  file.offset = 0;
  file.before.clear();
  file.lines = {};
  file.is_at_end = true;
}

// False: it cannot be read.
bool LogFollower::read_file(File& file, const Take& take, std::size_t& budget) {
  struct stat facts{};
  if (seen_ && &file == &files_.back()) {
    facts = *seen_;
  } else if (::fstat(file.descriptor.get(), &facts) != 0) {
    return false;
  }
  if (was_truncated(file, facts)) start_over(file, take, budget);
  const std::uint64_t oversized = file.lines.oversized();
  const off_t begin = file.offset;
  const bool is_read = read_up_to(file, facts.st_size, take, budget);
  oversized_ += file.lines.oversized() - oversized;
  file.modified = facts.st_mtim;
  if (file.offset != begin) remember_tail(file);
  return is_read;
}

bool LogFollower::read(const Take& take) {
  const bool is_there = is_open_ ? *is_open_ : look();
  is_open_.reset();
  std::size_t budget = kMaxBytes;
  bool is_read = is_there;
  for (File& file : files_) is_read = read_file(file, take, budget) && is_read;
  if (is_there && !is_read) state_ = State::kFailed;
  const auto now = Clock::now();
  const auto is_over = [&](const File& file) {
    return file.is_at_end && (files_.size() > kMaxFiles || now - file.grew > kQuiet);
  };
  while (files_.size() > 1 && is_over(files_.front())) files_.erase(files_.begin());
  return is_read;
}

void LogFollower::forget_former() {
  if (files_.size() > 1) files_.erase(files_.begin(), files_.end() - 1);
}

void LogFollower::skip() {
  open();
  for (File& file : files_) {
    struct stat facts{};
    if (::fstat(file.descriptor.get(), &facts) != 0) continue;
    file.offset = facts.st_size;
    file.modified = facts.st_mtim;
    file.lines = {};
    file.is_at_end = false;
    remember_tail(file);
  }
}

bool LogFollower::is_behind() const {
  return std::ranges::any_of(files_, [](const File& file) { return !file.is_at_end; });
}

std::optional<std::pair<dev_t, ino_t>> LogFollower::file() const {
  if (files_.empty()) return std::nullopt;
  return std::pair{files_.back().device, files_.back().inode};
}

}  // namespace mtls::daemon::live
