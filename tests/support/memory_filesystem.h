// A disk in memory for the pure floors: paths with contents, faults on demand, glob like libc's.
#pragma once

#include <map>
#include <string>

#include "base/filesystem.h"

namespace mtls::testing {

class MemoryFileSystem final : public base::FileSystem {
 public:
  /// Creates or replaces a file. Every put gives a new inode and new times, as rename(2) over a
  /// file does.
  void put(const std::string& path, std::string content);
  /// Writes into an existing file at `at_ns` since 1970; its inode stays.
  void rewrite(const std::string& path, std::string content, std::int64_t at_ns);
  void remove(const std::string& path);
  /// Changes the permission bits of `path`, and so its ctime. put() sets them to 0644.
  void chmod(const std::string& path, std::uint32_t mode);
  /// From now on every access to `path` fails with `code`.
  void fault(const std::string& path, base::ErrorCode code);

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

  /// The paths read so far, for tests that count reads.
  const std::map<std::string, int>& reads() const { return reads_; }

 private:
  struct Node {
    std::string content;
    base::FileStamp stamp;
  };
  std::map<std::string, Node> nodes_;
  std::map<std::string, base::ErrorCode> faults_;
  std::map<std::string, int> reads_;
  std::uint64_t next_inode_ = 1;
};

}  // namespace mtls::testing
