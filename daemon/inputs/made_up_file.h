// A file that is on no disk: a configuration that a command makes up around what it was given.
#pragma once

#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::inputs {

/// The disk with one file more.
class MadeUpFile final : public base::FileSystem {
 public:
  /// `files` must outlive this.
  MadeUpFile(std::string path, std::string text, base::FileSystem& files)
      : path_(std::move(path)), text_(std::move(text)), files_(files) {}

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

 private:
  std::string path_;
  std::string text_;
  base::FileSystem& files_;
};

/// A word as nginx reads it (ngx_conf_read_token()).
std::string quoted(const std::string& word);

}  // namespace mtls::daemon::inputs
