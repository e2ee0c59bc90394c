// The nginx masters that run on this host, and what their command lines say (R1.41, R5.6). Reads
// /proc; sends no signals and runs nothing. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/filesystem.h"
#include "running/process_title.h"

namespace mtls::daemon::live {

/// All masters that see the same file system as this process, oldest first. `root`: the directory
/// that holds /proc.
std::vector<running::NginxMaster> find_masters(base::FileSystem& disk,
                                               const std::string& root = "");

struct FoundMaster {
  running::NginxMaster master;
  bool is_replaced = false;  // another file is where its binary was
};
/// `process`: `/proc/PID`, whose title is known. nullopt: no master, or one that sees another file
/// system.
std::optional<FoundMaster> master_at(const std::string& process, std::string_view title);

}  // namespace mtls::daemon::live
