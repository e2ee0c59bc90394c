// The nginx masters that run on this host, and what their command lines say (R1.41, R5.6). Reads
// /proc; sends no signals and runs nothing. Any thread.
#pragma once

#include <string>
#include <vector>

#include "base/filesystem.h"
#include "running/process_title.h"

namespace mtls::daemon::live {

/// All masters that see the same file system as this process, oldest first. `root`: the directory
/// that holds /proc.
std::vector<running::NginxMaster> find_masters(base::FileSystem& disk,
                                               const std::string& root = "");

}  // namespace mtls::daemon::live
