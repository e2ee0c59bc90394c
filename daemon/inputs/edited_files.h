// Files with changes that are on no disk yet (`fix`). Pure apart from the files it wraps.
#pragma once

#include <map>
#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::inputs {

class EditedFiles final : public base::FileSystem {
 public:
  /// `files` must outlive this.
  explicit EditedFiles(base::FileSystem& files) : files_(files) {}

  /// The file has this text from now on.
  void put(const std::string& path, std::string text) { texts_[path] = std::move(text); }
  /// As on the disk again.
  void forget(const std::string& path) { texts_.erase(path); }
  /// What was put, by path.
  const std::map<std::string, std::string>& texts() const { return texts_; }

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

 private:
  base::FileSystem& files_;
  std::map<std::string, std::string> texts_;
};

}  // namespace mtls::daemon::inputs
