#include "daemon/watch/inotify.h"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mtls::daemon::watch {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10U;
constexpr std::size_t kMaxDrain = std::size_t{1} << 20U;

// inotify_add_watch() on a watched inode replaces its mask. The two masks never meet, because one
// is for directories and the other is used on regular files only. Without IN_OPEN and IN_ACCESS, so
// that our own reading causes no events.
constexpr std::uint32_t kFileMask =
    IN_ATTRIB | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW;
constexpr std::uint32_t kDirectoryMask =
    IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |
    IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

tl::expected<int, Inotify::Errno> add(int fd, const std::string& path, std::uint32_t mask) {
  const int wd = ::inotify_add_watch(fd, path.c_str(), mask);
  if (wd < 0) return tl::unexpected(errno);
  return wd;
}

void parse(const char* at, const char* end, std::vector<InotifyEvent>& events) {
  while (at < end) {
    inotify_event head{};
    std::memcpy(&head, at, sizeof(head));
    at += sizeof(head);
    events.push_back({.wd = head.wd, .mask = head.mask, .name = {at, ::strnlen(at, head.len)}});
    at += head.len;
  }
}

}  // namespace

tl::expected<Inotify, Inotify::Errno> Inotify::create() {
  system::FileDescriptor fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) return tl::unexpected(errno);
  return Inotify(std::move(fd));
}

tl::expected<int, Inotify::Errno> Inotify::watch_directory(const std::string& path) {
  return add(fd_.get(), path, kDirectoryMask);
}

tl::expected<int, Inotify::Errno> Inotify::watch_file(const std::string& path) {
  return add(fd_.get(), path, kFileMask);
}

void Inotify::remove(int wd) { ::inotify_rm_watch(fd_.get(), wd); }

std::vector<InotifyEvent> Inotify::drain() {
  std::vector<InotifyEvent> events;
  std::array<char, kBufferBytes> buffer;
  for (std::size_t drained = 0; drained < kMaxDrain;) {
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    parse(buffer.data(), buffer.data() + got, events);
    drained += static_cast<std::size_t>(got);
  }
  return events;
}

}  // namespace mtls::daemon::watch
