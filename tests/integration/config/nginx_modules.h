// The stream and mail modules, which a distribution's nginx loads dynamically.
#pragma once

#include <unistd.h>

#include <string>

#include "tests/integration/verdict/verdict_bench.h"
#include "tests/support/nginx_under_test.h"

namespace mtls::testing {

/// Whether there is no nginx, or one without these modules.
inline bool modules_are_missing() {
  for (const char* name : {"stream", "mail"}) {
    if (access(nginx_module(name).c_str(), R_OK) == 0) continue;
    WARN("skipped: there is no " << nginx_module(name));
    return true;
  }
  return nginx_is_missing();
}

}  // namespace mtls::testing
