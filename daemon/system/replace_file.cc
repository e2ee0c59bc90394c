#include "daemon/system/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "daemon/system/file_descriptor.h"

namespace mtls::daemon::system {
namespace {

tl::unexpected<base::Error> refuse(const std::string& path) {
  return base::fail(base::ErrorCode::kUnreadable,
                    path + ": cannot be written: " + std::strerror(errno));
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(file, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// A hidden file beside `path`: `.NAME.orig`.
std::string beside(const std::string& path, const std::string& suffix) {
  const std::size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + "." + path.substr(name) + suffix;
}

// Nobody may read it before it has its owner and mode.
base::Result<void> make(const std::string& path, std::string_view content,
                        const struct stat& like) {
  ::unlink(path.c_str());
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file || !write_all(file.get(), content)) return refuse(path);
  if (::fchown(file.get(), like.st_uid, like.st_gid) != 0) return refuse(path);
  if (::fchmod(file.get(), like.st_mode & 07777) != 0) return refuse(path);
  if (::fsync(file.get()) != 0) return refuse(path);
  return {};
}

base::Result<std::string> content_of(int file, const std::string& path) {
  std::string text;
  char some[65536];
  while (true) {
    const ssize_t count = ::read(file, some, sizeof some);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse(path);
    if (count == 0) return text;
    text.append(some, static_cast<std::size_t>(count));
  }
}

}  // namespace

base::Result<void> put_file(const std::string& path, std::string_view content) {
  const std::string fresh = beside(path, ".new");
  ::unlink(fresh.c_str());
  const FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool is_done =
      file && write_all(file.get(), content) && ::rename(fresh.c_str(), path.c_str()) == 0;
  if (is_done) return {};
  auto error = refuse(path);
  ::unlink(fresh.c_str());
  return error;
}

base::Result<std::string> replace_file(const std::string& path, std::string_view content) {
  const FileDescriptor old(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts{};
  if (!old || ::fstat(old.get(), &facts) != 0) return refuse(path);
  auto before = content_of(old.get(), path);
  if (!before) return before;
  std::string kept = beside(path, ".orig");
  const std::string fresh = beside(path, ".new");
  if (const auto made = make(kept, *before, facts); !made) return tl::unexpected(made.error());
  if (const auto made = make(fresh, content, facts); !made) {
    ::unlink(fresh.c_str());
    return tl::unexpected(made.error());
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    auto error = refuse(path);
    ::unlink(fresh.c_str());
    return error;
  }
  return kept;
}

}  // namespace mtls::daemon::system
