// A host of the size the metrics are budgeted for: 50 server blocks, 10 bundles of 5 CAs.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/wire/http_load.h"
#include "tests/support/wire/tls_connection.h"

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

/// Waits until no evaluation has been made for 3 s, because young files are looked at again.
/// `generation`: as a scrape shows it.
inline void await_calm(const std::function<double()>& generation) {
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

inline void await_calm(const Exporter& exporter) {
  await_calm([&] { return exporter.value("nginx_mtls_generation").value_or(0); });
}

/// tls.yml for --web.config.file, with the certificate of the server blocks. Exporters like
/// node-exporter accept it as well.
inline std::string write_tls_config(const TempDir& dir) {
  run_in(dir, "chmod 600 server.key");
  return dir.write("tls.yml", "tls_server_config: {cert_file: server.pem, key_file: server.key}\n");
}

/// The large tree, served over TLS and calm once constructed.
class TlsExporter {
 public:
  explicit TlsExporter(const TempDir& dir)
      : target_{mtls::testing::free_port(), mtls::testing::Transport::kTls},
        process_(exporter({"--nginx.conf", dir.path("nginx.conf"), "--nginx.prefix", dir.path(),
                           "--nginx.version", "1.22.1", "--nginx.openssl", "3.0.0",
                           "--web.listen-address", "127.0.0.1:" + std::to_string(target_.port),
                           "--web.config.file", write_tls_config(dir)})) {
    await_calm([this] { return generation(); });
    if (generation() == 0) throw std::runtime_error(process_.standard_error());
  }
  const mtls::testing::LoadTarget& target() const { return target_; }
  pid_t pid() const { return process_.pid(); }

 private:
  double generation() const {
    const std::string body = mtls::testing::TlsConnection(target_.port)
                                 .ask("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
                                 .body;
    const auto found =
        mtls::testing::find(mtls::testing::parse_metrics(body), "nginx_mtls_generation", {});
    return found.empty() ? 0 : found.front().value;
  }

  mtls::testing::LoadTarget target_;
  ChildProcess process_;
};

/// As many clients as otherwise, but more of the kinds that are expensive with TLS.
inline constexpr mtls::testing::RudeMix kRudeToTls{
    .idle = 1000, .stalled = 500, .dripping = 500, .slow = 200};

}  // namespace mtls::daemon::testing
