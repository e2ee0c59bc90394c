// The program as a command that ends.
#pragma once

#include <string>
#include <vector>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {

/// With exactly these flags.
inline Outcome run(const std::vector<std::string>& flags) {
  ChildProcess process = exporter(flags);
  return outcome_of(process);
}

}  // namespace mtls::daemon::testing
