// The real disk behind base::FileSystem (F1 to F3 of docs/reliability.md). Reads regular files
// only, never blocks on a FIFO or device, and caps the size. The stamp comes from the descriptor
// that the bytes came from. Knows nothing of nginx. Any thread.
#pragma once

#include "base/filesystem.h"

namespace mtls::daemon::system {

class Disk final : public base::FileSystem {
 public:
  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;
};

}  // namespace mtls::daemon::system
