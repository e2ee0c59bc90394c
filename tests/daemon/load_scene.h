// A host of the size the metrics are budgeted for: 50 server blocks, 10 bundles of 5 CAs.
#pragma once

#include <string>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {

inline void write_large_tree(const TempDir& dir) {
  constexpr int kBundles = 10;
  constexpr int kAuthorities = 5;
  constexpr int kServers = 50;
  write_server_certificate(dir);
  for (int bundle = 0; bundle < kBundles; ++bundle) {
    std::string pem;
    for (int i = 0; i < kAuthorities; ++i) {
      pem += authority("CA " + std::to_string(bundle) + "." + std::to_string(i)).certificate_pem;
    }
    dir.write("bundle" + std::to_string(bundle) + ".pem", pem);
  }
  std::string servers;
  for (int i = 0; i < kServers; ++i) {
    servers += asking_server("server" + std::to_string(i) + ".example",
                             "bundle" + std::to_string(i % kBundles) + ".pem");
  }
  dir.write("nginx.conf", nginx_conf(servers));
}

}  // namespace mtls::daemon::testing
