#include "daemon/live/log_follower.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace mtls::daemon::live {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;  // of one call
// A renamed file that has not grown for so long is left alone.
constexpr auto kQuiet = 60s;
constexpr std::size_t kMaxFiles = 3;

}  // namespace

// False: there is none that can be read.
bool LogFollower::open_current() {
  const bool is_first = !std::exchange(has_looked_, true);
  struct stat facts{};
  if (::stat(path_.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  const bool is_known = !files_.empty() && files_.back().device == facts.st_dev &&
                        files_.back().inode == facts.st_ino;
  if (is_known) return true;
  File file{.descriptor = system::FileDescriptor(
                ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)),
            .grew = Clock::now(),
            .lines = {}};
  if (!file.descriptor || ::fstat(file.descriptor.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    return false;
  file.device = facts.st_dev;
  file.inode = facts.st_ino;
  // What stands in it when this program begins was written before.
  file.offset = is_first ? facts.st_size : 0;
  files_.push_back(std::move(file));
  return true;
}

// False: it cannot be read.
bool LogFollower::read_file(File& file, const Take& take, std::size_t& budget) {
  struct stat facts{};
  if (::fstat(file.descriptor.get(), &facts) != 0) return false;
  if (facts.st_size < file.offset) {  // truncated
    file.offset = 0;
    file.lines.forget();
  }
  std::array<char, std::size_t{64} << 10U> block{};
  while (budget > 0 && file.offset < facts.st_size) {
    const ssize_t got =
        ::pread(file.descriptor.get(), block.data(), std::min(block.size(), budget), file.offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    file.offset += got;
    budget -= size;
    file.grew = Clock::now();
    file.lines.feed(std::string_view(block.data(), size), take);
  }
  return true;
}

bool LogFollower::read(const Take& take) {
  const bool is_there = open_current();
  std::size_t budget = kMaxBytes;
  bool is_read = is_there;
  for (File& file : files_) is_read = read_file(file, take, budget) && is_read;
  const auto now = Clock::now();
  while (files_.size() > 1 && (files_.size() > kMaxFiles || now - files_.front().grew > kQuiet)) {
    files_.erase(files_.begin());
  }
  return is_read;
}

}  // namespace mtls::daemon::live
