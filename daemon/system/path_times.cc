#include "daemon/system/path_times.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <deque>
#include <string_view>

namespace mtls::daemon::system {
namespace {

constexpr int kMaxLinks = 40;  // of Linux

std::int64_t nanoseconds(const timespec& at) {
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

// In front of what is still to go.
void put_in_front(std::string_view path, std::deque<std::string>& names) {
  std::deque<std::string> more;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) more.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  names.insert(names.begin(), more.begin(), more.end());
}

std::string read_link(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : "";
}

}  // namespace

std::optional<DiskTimes> path_times(const std::string& path) {
  DiskTimes times;
  std::deque<std::string> names;
  put_in_front(path, names);
  std::string place;  // without links; "" is the root
  for (int links = 0; !names.empty();) {
    const std::string name = std::move(names.front());
    names.pop_front();
    if (name == ".") continue;
    if (name == "..") {
      place.resize(std::min(place.rfind('/'), place.size()));
      continue;
    }
    const std::string here = std::string(place).append("/").append(name);
    struct stat facts{};
    if (::lstat(here.c_str(), &facts) != 0) return std::nullopt;
    const std::int64_t written = nanoseconds(facts.st_mtim);
    const std::int64_t changed = std::max(nanoseconds(facts.st_ctim), written);
    if (S_ISLNK(facts.st_mode)) {
      if (++links > kMaxLinks) return std::nullopt;
      times.changed_ns = std::max(times.changed_ns, changed);
      const std::string target = read_link(here);
      if (target.starts_with('/')) place.clear();
      put_in_front(target, names);
    } else if (names.empty()) {
      times.changed_ns = std::max(times.changed_ns, changed);
      place = here;
    } else {
      // What changes in a directory changes both of its times.
      if (changed > written) times.moved_ns = std::max(times.moved_ns, changed);
      place = here;
    }
  }
  return times;
}

}  // namespace mtls::daemon::system
