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

/// Young files are looked at again: until that is over, and no evaluation has been made for 3 s.
inline void await_calm(const Exporter& exporter) {
  const auto generation = [&] { return exporter.value("nginx_mtls_generation").value_or(0); };
  double last = generation();
  auto since = std::chrono::steady_clock::now();
  eventually(30s, [&] {
    if (const double now_at = generation(); now_at != last) {
      last = now_at;
      since = std::chrono::steady_clock::now();
    }
    return std::chrono::steady_clock::now() - since > 3s;
  });
}

}  // namespace mtls::daemon::testing
