// The nginx masters that run on this host, and what their command lines say (R1.41, R5.6). Reads
// /proc; sends no signal, runs nothing.
#pragma once

#include <string>
#include <vector>

#include "base/filesystem.h"
#include "running/process_title.h"

namespace mtls::daemon::live {

/// All of them that see our file system, oldest first. `root`: where /proc is looked for.
std::vector<running::NginxMaster> find_masters(base::FileSystem& disk,
                                               const std::string& root = "");

}  // namespace mtls::daemon::live
