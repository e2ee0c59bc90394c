// What one look at the disk showed, and a FileSystem that writes every look down. The sightings of
// an evaluation are exactly what a watcher has to watch: two evaluations whose sightings are equal
// saw the same disk. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/filesystem.h"

namespace mtls::base {

struct Sighting {
  enum class Kind { kFile, kPattern };

  Kind kind = Kind::kFile;
  std::string path;                  // the path or glob pattern asked for
  std::optional<FileStamp> stamp;    // a file that answered
  std::optional<ErrorCode> error;    // a file or pattern that did not
  std::vector<std::string> matches;  // of a pattern, sorted

  bool operator==(const Sighting&) const = default;
};

/// By path (file) or pattern; the last look wins.
using Sightings = std::map<std::string, Sighting>;

class RecordingFileSystem final : public FileSystem {
 public:
  explicit RecordingFileSystem(FileSystem& disk) : disk_(disk) {}

  Result<FileContent> read(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<FileStamp> stat(const std::string& path) override;

  const Sightings& sightings() const { return sightings_; }
  Sightings take() { return std::exchange(sightings_, {}); }

 private:
  FileSystem& disk_;
  Sightings sightings_;
};

}  // namespace mtls::base
