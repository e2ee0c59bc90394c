// A directory of its own for one test, under $TMPDIR or /tmp, gone with the object.
// Knows nothing of what is written into it. Failures to write are std::runtime_error: the test
// cannot go on.
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

  /// Absolute.
  std::string path() const { return root_.string(); }
  std::string path(std::string_view relative) const { return (root_ / relative).string(); }

  /// Truncates and writes in place, directories made as needed; the absolute path.
  std::string write(std::string_view relative, std::string_view text) const;

  /// Writes beside and renames over, as certificate tools do: a reader sees the old or the new
  /// file, never a half one.
  std::string rename_over(std::string_view relative, std::string_view text) const;

  /// The whole file; "" while there is none, for logs that a child has yet to open.
  std::string read(std::string_view relative) const;

 private:
  std::filesystem::path root_;
};

}  // namespace mtls::testing
