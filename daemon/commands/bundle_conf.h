// `check CA_BUNDLE [CLIENT_CERT]`: makes up a configuration for a bundle of client CAs, so that the
// bundle is judged without any nginx.conf on the disk. Pure apart from the disk it wraps.
#pragma once

#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::commands {

/// The disk with one file more: the configuration of a server block that requires client
/// certificates from the CAs of a bundle, to the greatest chain depth, and has no other fault.
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
