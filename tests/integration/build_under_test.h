// What the program would read of the nginx under test: its release, OpenSSL and configure
// arguments.
#pragma once

#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "config/nginx_build.h"
#include "tests/support/child_process.h"
#include "tests/support/nginx_under_test.h"

namespace mtls::testing {

/// Throws std::runtime_error when there is no binary.
inline config::NginxBuild build_under_test() {
  std::ifstream file(nginx_under_test(), std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + nginx_under_test());
  config::NginxBuild build =
      config::read_build(std::string(std::istreambuf_iterator<char>(file), {}));
  // The libssl that runs decides, not the one nginx was built with (R9.5).
  ChildProcess nginx({.argv = {nginx_under_test(), "-V"}});
  nginx.wait(std::chrono::seconds{20});
  constexpr std::string_view kRunning = "(running with OpenSSL ";
  const std::string said = nginx.standard_error();
  if (const std::size_t at = said.find(kRunning); at != std::string::npos) {
    const std::size_t begin = at + kRunning.size();
    const auto running = config::parse_version(said.substr(begin, said.find(' ', begin) - begin));
    if (running) build.openssl = *running;
  }
  return build;
}

/// Whether the release is the one that the tables' expected words were written for, Debian 12's. On
/// another release only the agreement of nginx and ours counts.
inline bool tables_are_of(const config::NginxBuild& build) {
  return build.version < config::Version{1, 23, 0};
}

}  // namespace mtls::testing
