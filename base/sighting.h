// What one look at the disk showed, and a FileSystem that records every look. The sightings of an
// evaluation are exactly what a watcher has to watch: when two evaluations have equal sightings,
// they saw the same disk (ADR 9). Pure.
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
  std::string path;                  // the path or glob pattern that was asked for
  std::optional<FileStamp> stamp;    // of a file, when the look succeeded
  std::optional<ErrorCode> error;    // of a file or pattern, when it failed
  std::vector<std::string> matches;  // of a pattern, sorted

  bool operator==(const Sighting&) const = default;
};

/// Keyed by path or pattern; the last look at each replaces the earlier ones.
using Sightings = std::map<std::string, Sighting>;

/// Passes every call on to `disk` and records what it showed.
class RecordingFileSystem final : public FileSystem {
 public:
  explicit RecordingFileSystem(FileSystem& disk) : disk_(disk) {}

  Result<FileContent> read(const std::string& path, std::size_t limit) override;
  Result<std::vector<std::string>> glob(const std::string& pattern) override;
  Result<FileStamp> stat(const std::string& path) override;

  const Sightings& sightings() const { return sightings_; }
  /// Moves the sightings out; none are left behind.
  Sightings take() { return std::exchange(sightings_, {}); }

 private:
  FileSystem& disk_;
  Sightings sightings_;
};

}  // namespace mtls::base
