// sh(1) in the directory of a test. A command that fails is a std::runtime_error: the test cannot
// go on.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/support/temp_dir.h"

namespace mtls::testing {

/// Runs `command` of sh(1) in the directory.
inline void run_in(const TempDir& dir, const std::string& command) {
  const std::string line = "cd '" + dir.path() + "' && { " + command + "; }";
  if (std::system(line.c_str()) != 0) throw std::runtime_error("sh failed: " + command);
}

}  // namespace mtls::testing
