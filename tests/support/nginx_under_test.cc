#include "tests/support/nginx_under_test.h"

#include <cstdlib>
#include <filesystem>

namespace mtls::testing {

const std::string& nginx_under_test() {
  static const std::string path = [] {
    const char* const named = std::getenv("MTLS_TEST_NGINX");
    return std::string(named != nullptr ? named : "/usr/sbin/nginx");
  }();
  return path;
}

std::string nginx_module(const std::string& name) {
  const std::filesystem::path prefix =
      std::filesystem::path(nginx_under_test()).parent_path().parent_path();
  return (prefix / "lib/nginx/modules" / ("ngx_" + name + "_module.so")).string();
}

std::string load_module(const std::string& name) {
  return "load_module " + nginx_module(name) + ";\n";
}

}  // namespace mtls::testing
