// Files of many client certificates (`check --clients`): each certificate that is none of a CA is a
// client of its own. Pure apart from the files it wraps.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/filesystem.h"

namespace mtls::daemon::inputs {

struct ListedClient {
  std::string name;  // the first 16 hexadecimal digits of its SHA-256 fingerprint
  std::string path;  // FILE#NAME: a file that ClientFiles has from now on
};

class ClientFiles final : public base::FileSystem {
 public:
  /// `files` must outlive this.
  explicit ClientFiles(base::FileSystem& files) : files_(files) {}
  /// The clients of `other` beside other files.
  ClientFiles(base::FileSystem& files, const ClientFiles& other)
      : files_(files), texts_(other.texts_) {}

  /// The clients of a PEM file, each once, in its order. CA certificates of the same file go with
  /// each of them, as a client sends them. kInvalidArgument: there is no client in it.
  base::Result<std::vector<ListedClient>> add(const std::string& path, std::size_t limit);

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

 private:
  base::FileSystem& files_;
  std::map<std::string, std::string> texts_;  // by path
};

}  // namespace mtls::daemon::inputs
