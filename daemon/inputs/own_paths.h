// Tells the files that a command line and the settings name from those that nginx's configuration
// names. Pure apart from the files it wraps.
#pragma once

#include <set>
#include <string>

#include "base/filesystem.h"

namespace mtls::daemon::inputs {

class OwnPaths final : public base::FileSystem {
 public:
  /// `here`: this machine. `nginx`: what nginx finds. Both must outlive this.
  OwnPaths(base::FileSystem& here, base::FileSystem& nginx) : here_(here), nginx_(nginx) {}

  /// From now on this path, or what this pattern matches, is looked for on this machine first.
  void add(const std::string& path) { own_.insert(path); }

  base::Result<base::FileContent> read(const std::string& path, std::size_t limit) override;
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override;
  base::Result<base::FileStamp> stat(const std::string& path) override;

 private:
  base::FileSystem& of(const std::string& path);

  base::FileSystem& here_;
  base::FileSystem& nginx_;
  std::set<std::string> own_;
};

}  // namespace mtls::daemon::inputs
