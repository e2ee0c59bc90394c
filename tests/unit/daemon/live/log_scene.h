// What the tests of a followed log share: a log that grows, and what a follower hands out of it.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "daemon/live/log_follower.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::live {

using Lines = std::vector<std::string>;

/// The lines since the last call.
inline Lines news(LogFollower& follower) {
  Lines lines;
  follower.read([&](const LogFollower::Line& line) { lines.emplace_back(line.text); });
  return lines;
}

inline void append(const testing::TempDir& dir, const std::string& text,
                   const std::string& file = "log") {
  std::ofstream(dir.path(file), std::ios::app) << text;
}

}  // namespace mtls::daemon::live
