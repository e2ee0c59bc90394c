// A directory for one test, under $TMPDIR or /tmp; the destructor removes it. Knows nothing of what
// is written into it. A failed write throws std::runtime_error, since the test cannot go on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace mtls::testing {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  /// An absolute path.
  std::string path() const { return root_.string(); }
  std::string path(std::string_view relative) const { return (root_ / relative).string(); }

  /// Truncates and writes in place, and makes directories as needed. Returns the absolute path.
  std::string write(std::string_view relative, std::string_view text) const;

  /// Writes another file and renames it over this one, as certificate tools do: a reader sees the
  /// old or the new file, never a partial one.
  std::string rename_over(std::string_view relative, std::string_view text) const;

  /// The whole file. "" while it does not exist, for logs that a child has yet to open.
  std::string read(std::string_view relative) const;

 private:
  std::filesystem::path root_;
};

}  // namespace mtls::testing
