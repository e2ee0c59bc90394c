// A disk in memory for the pure floors: paths to contents, faults on demand, glob as libc does it.
#pragma once

#include <map>
#include <string>

#include "base/filesystem.h"

namespace mtls::testing {

class MemoryFileSystem final : public base::FileSystem {
 public:
  /// Creates or replaces; every put gets a new inode and times, as a rename over would.
  void put(const std::string& path, std::string content);
  /// Writes into the file that is there, at `at_ns` since 1970: its inode stays.
  void rewrite(const std::string& path, std::string content, std::int64_t at_ns);
  void remove(const std::string& path);
  /// Changes the permission bits of `path`, and with them its ctime; 0644 after put().
  void chmod(const std::string& path, std::uint32_t mode);
  /// Every look at `path` fails with `code`.
  void fault(const std::string& path, base::ErrorCode code);

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

  /// Paths read so far, for tests that count.
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
