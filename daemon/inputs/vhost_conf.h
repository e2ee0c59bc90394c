// A file that holds server blocks and no http block around them, as they lie in sites-available:
// makes up the main configuration that includes it. Reads through the given FileSystem; otherwise
// pure.
#pragma once

#include <optional>
#include <string>

#include "base/filesystem.h"
#include "config/nginx_build.h"

namespace mtls::daemon::inputs {

struct VhostConf {
  std::string path;  // of the main file that is made up
  std::string text;  // its content

  bool operator==(const VhostConf&) const = default;
};

/// nullopt: the file at `path` has no server block outside of http, stream and mail, or cannot be
/// read. The block around it is that of http, stream or mail in which nginx has the least to
/// complain about. Relative paths start where nginx.conf is: in the nearest directory above that
/// has one, else in that of the file.
std::optional<VhostConf> vhost_conf(base::FileSystem& files, const std::string& path,
                                    const config::NginxBuild& build);

}  // namespace mtls::daemon::inputs
