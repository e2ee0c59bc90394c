// The stream and mail modules, which a distribution's nginx loads dynamically.
#pragma once

#include <unistd.h>

#include <string>

#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {

inline std::string module_path(const std::string& name) {
  return "/usr/lib/nginx/modules/ngx_" + name + "_module.so";
}

inline std::string load_module(const std::string& name) {
  return "load_module " + module_path(name) + ";\n";
}

/// Whether there is no nginx, or one without these modules.
inline bool modules_are_missing() {
  for (const char* name : {"stream", "mail"}) {
    if (access(module_path(name).c_str(), R_OK) == 0) continue;
    WARN("skipped: there is no " << module_path(name));
    return true;
  }
  return nginx_is_missing();
}

}  // namespace mtls::testing
