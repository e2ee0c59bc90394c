// `check CA_BUNDLE [CLIENT_CERT]`: a file of client CAs judged as nginx would judge with it,
// without any configuration on the disk.
#pragma once

#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::commands {

/// The disk with one file more: the configuration of a server block that demands client
/// certificates of the CAs in a bundle, as deep as chains go, and is wrong in nothing else.
class BundleConf final : public base::FileSystem {
 public:
  static constexpr const char* kPath = "(command line)";

  /// `bundle`: absolute. `disk` must outlive this.
  BundleConf(const std::string& bundle, base::FileSystem& disk);

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

 private:
  std::string text_;
  base::FileSystem& disk_;
};

}  // namespace mtls::daemon::commands
