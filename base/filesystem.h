// The disk as the pure floors see it: an interface whose answers are values. daemon/system/disk.h
// implements it for the real disk, tests/support/memory_filesystem.h for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cleansed_pages.h"
#include "base/result.h"

namespace mtls::base {

/// Identity and version of a file's content, from the same open descriptor as the bytes.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;     // bytes
  std::int64_t mtime_ns = 0;  // since 1970, UTC
  std::int64_t ctime_ns = 0;
  std::uint32_t mode = 0;  // permission bits, S_ISUID to S_IXOTH

  bool operator==(const FileStamp&) const = default;
};

/// The content of a PEM file. It may hold a private key beside its certificates (ADR 4), so it is
/// wiped.
using FileBytes = std::vector<char, CleansingAllocator<char>>;

struct FileContent {
  FileBytes bytes;
  FileStamp stamp;

  std::string_view text() const { return {bytes.data(), bytes.size()}; }
};

/// Paths are absolute. Every error carries one of the file codes of ErrorCode.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// All bytes of a regular file. kTooLarge when it holds more than `limit` bytes. Never blocks on
  /// a FIFO or a device.
  virtual Result<FileContent> read(const std::string& path, std::size_t limit) = 0;

  /// The paths that libc's glob() yields without flags: sorted by bytes, and `*` does not match a
  /// leading dot (R1.31). No match is an empty list, not an error.
  virtual Result<std::vector<std::string>> glob(const std::string& pattern) = 0;

  /// The stamp of the file that `path` leads to. Follows symbolic links; opens nothing for reading.
  virtual Result<FileStamp> stat(const std::string& path) = 0;
};

}  // namespace mtls::base
