#include "daemon/watch/directory_view.h"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <ctime>

namespace mtls::daemon::watch {

DirectoryView::DirectoryEntry DiskDirectoryView::look_at(const std::string& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return {.error = errno, .link = {}};
  DirectoryEntry seen{
      .device = facts.st_dev, .inode = facts.st_ino, .type = facts.st_mode & S_IFMT, .link = {}};
  if (S_ISLNK(facts.st_mode)) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return {.error = errno, .link = {}};
    seen.link.assign(target.data(), static_cast<std::size_t>(length));
  }
  return seen;
}

std::vector<std::string> DiskDirectoryView::directories_and_links(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), &::closedir);
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get())) {
    const bool leads_on =
        entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
    if (leads_on) names.emplace_back(entry->d_name);
  }
  return names;
}

std::int64_t DiskDirectoryView::realtime_ns() {
  timespec at{};
  ::clock_gettime(CLOCK_REALTIME, &at);
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

}  // namespace mtls::daemon::watch
