// Files of another host, or of this one as they were: a directory that stands in for a path
// (`--root`, `--against`). Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/filesystem.h"

namespace mtls::daemon::inputs {

/// `place`: an absolute path without a `/` at its end, "" for the root directory. What lies at or
/// below it is looked up in `directory`; symbolic links, absolute ones too, stay inside.
struct Stand {
  std::string place;
  std::string directory;  // absolute, of this machine
};

/// What lies elsewhere.
enum class Elsewhere { kMissing, kAsItIs };

class RootedFiles final : public base::FileSystem {
 public:
  /// `disk` must outlive this.
  RootedFiles(Stand stand, Elsewhere elsewhere, base::FileSystem& disk)
      : stand_(std::move(stand)), elsewhere_(elsewhere), disk_(disk) {}

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

  /// Where the file is on this machine, with all symbolic links resolved. kMissing: elsewhere.
  /// kLoop: more than 40 links.
  base::Result<std::string> here(const std::string& path) const;

 private:
  std::optional<std::string> on_disk(const std::string& path) const;
  bool leads_to_place(const std::string& path) const;
  template <class Value>
  base::Result<Value> told_of(const std::string& path, const std::string& where,
                              base::Result<Value> answer) const;

  Stand stand_;
  Elsewhere elsewhere_;
  base::FileSystem& disk_;
};

}  // namespace mtls::daemon::inputs
