#include "daemon/system/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/shortage.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/glob.h"

namespace mtls::daemon::system {
namespace {

using base::ErrorCode;
using base::FileBytes;
using base::FileContent;
using base::FileStamp;
using base::Result;

constexpr int kReadAttempts = 4;
constexpr std::size_t kMaxMatches = 200'000;
constexpr std::size_t kFirstGuess = 4096;  // procfs says that every file is empty

ErrorCode code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return ErrorCode::kMissing;
    case EACCES:
    case EPERM: return ErrorCode::kPermission;
    case ELOOP: return ErrorCode::kLoop;
    default: return ErrorCode::kUnreadable;
  }
}

tl::unexpected<base::Error> refuse(const std::string& path, int error) {
  base::note_errno(error);  // a shortage of ours says nothing about the file
  switch (code_of(error)) {
    case ErrorCode::kMissing:
      return base::fail(ErrorCode::kMissing,
                        path + ": no such file (create it or correct the path)");
    case ErrorCode::kPermission:
      return base::fail(ErrorCode::kPermission,
                        path + ": the exporter may not search a directory on the way to it");
    case ErrorCode::kLoop:
      return base::fail(ErrorCode::kLoop,
                        path + ": too many symbolic links (break the loop or shorten the chain)");
    default:
      return base::fail(
          ErrorCode::kUnreadable,
          path + ": cannot be read, errno " + std::to_string(error) + " (check the file system)");
  }
}

// Who may read it, for whoever has to mend it. Names of users can take a server to look up.
std::string rights_of(const struct stat& facts) {
  constexpr std::string_view kDigits = "01234567";
  constexpr unsigned kPermissions = 0777;
  std::string mode;
  for (const unsigned shift : {6U, 3U, 0U})
    mode += kDigits[(facts.st_mode & kPermissions) >> shift & 7U];
  const auto named = [](unsigned id) { return id == 0 ? std::string("root") : std::to_string(id); };
  return "mode " + mode + ", owner " + named(facts.st_uid) + ", group " + named(facts.st_gid);
}

tl::unexpected<base::Error> refuse_reading(const std::string& path, int error,
                                           const struct stat& facts) {
  if (code_of(error) != ErrorCode::kPermission) return refuse(path, error);
  base::note_errno(error);
  return base::fail(ErrorCode::kPermission,
                    path + ": the exporter may not read it (" + rights_of(facts) + ")");
}

tl::unexpected<base::Error> refuse_kind(const std::string& path, mode_t mode) {
  if (S_ISFIFO(mode)) {
    return base::fail(ErrorCode::kFifo,
                      path + ": a FIFO (name a file: nginx waits until somebody writes into it)");
  }
  if (S_ISSOCK(mode)) return base::fail(ErrorCode::kSocket, path + ": a socket (name a file)");
  return base::fail(ErrorCode::kNotRegular,
                    path + ": not a regular file (name a file, not a directory or device)");
}

tl::unexpected<base::Error> refuse_size(const std::string& path, std::size_t limit) {
  return base::fail(ErrorCode::kTooLarge,
                    path + ": more than " + std::to_string(limit) + " bytes (name a smaller file)");
}

std::int64_t nanoseconds(const timespec& at) {
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

FileStamp stamp_of(const struct stat& facts) {
  return {.device = facts.st_dev,
          .inode = facts.st_ino,
          .size = static_cast<std::uint64_t>(facts.st_size),
          .mtime_ns = nanoseconds(facts.st_mtim),
          .ctime_ns = nanoseconds(facts.st_ctim),
          .mode = facts.st_mode & ALLPERMS};
}

template <class Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// Opens a regular file for reading. Opens it with O_PATH first: opening a device or FIFO may block
/// or have effects, and between a stat() and an open() of the path another file may take its name.
Result<FileDescriptor> open_regular(const std::string& path) {
  const FileDescriptor located(retry([&] { return ::open(path.c_str(), O_PATH | O_CLOEXEC); }));
  if (!located) return refuse(path, errno);
  struct stat facts{};
  if (::fstat(located.get(), &facts) != 0) return refuse(path, errno);
  if (!S_ISREG(facts.st_mode)) return refuse_kind(path, facts.st_mode);
  const std::string reopened = "/proc/self/fd/" + std::to_string(located.get());
  FileDescriptor file(retry(
      [&] { return ::open(reopened.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); }));
  if (!file) return refuse_reading(path, errno, facts);
  return file;
}

/// Reads to the end, or to one byte beyond `limit`. Returns 0, or the errno that stopped it.
int read_to_end(int file, std::size_t limit, FileBytes& bytes) {
  std::size_t filled = 0;
  while (filled <= limit) {
    if (filled == bytes.size()) bytes.resize(std::min(limit + 1, 2 * bytes.size() + kFirstGuess));
    const ssize_t got =
        retry([&] { return ::read(file, bytes.data() + filled, bytes.size() - filled); });
    if (got < 0) return errno;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return 0;
}

struct Reading {
  FileContent content;  // stamped before reading: a change meanwhile gives another stamp
  bool steady = false;
};

Result<Reading> read_once(const std::string& path, std::size_t limit) {
  const Result<FileDescriptor> file = open_regular(path);
  if (!file) return tl::unexpected(file.error());
  struct stat before{};
  if (::fstat(file->get(), &before) != 0) return refuse(path, errno);
  Reading reading{.content = {.bytes = {}, .stamp = stamp_of(before)}};
  if (reading.content.stamp.size > limit) return refuse_size(path, limit);
  // One byte more than stat() promises, so that the end of the file is met without growing the
  // buffer.
  reading.content.bytes.resize(std::min(limit, reading.content.stamp.size) + 1);
  if (const int error = read_to_end(file->get(), limit, reading.content.bytes); error != 0) {
    return refuse(path, error);
  }
  if (reading.content.bytes.size() > limit) return refuse_size(path, limit);
  struct stat after{};
  if (::fstat(file->get(), &after) != 0) return refuse(path, errno);
  reading.steady = stamp_of(after) == reading.content.stamp;
  return reading;
}

}  // namespace

Result<FileContent> Disk::read(const std::string& path, std::size_t limit) {
  Result<Reading> reading = read_once(path, limit);
  for (int attempt = 1; attempt < kReadAttempts && reading && !reading->steady; ++attempt) {
    reading = read_once(path, limit);
  }
  if (!reading) return tl::unexpected(std::move(reading.error()));
  return std::move(reading->content);
}

Result<std::vector<std::string>> Disk::glob(const std::string& pattern) {
  return system::glob(pattern, kMaxMatches);
}

Result<FileStamp> Disk::stat(const std::string& path) {
  struct stat facts{};
  if (retry([&] { return ::stat(path.c_str(), &facts); }) != 0) return refuse(path, errno);
  if (!S_ISREG(facts.st_mode)) return refuse_kind(path, facts.st_mode);
  return stamp_of(facts);
}

}  // namespace mtls::daemon::system
