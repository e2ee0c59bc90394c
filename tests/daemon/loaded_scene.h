// nginx with a server block that asks for client certificates, two clients of two CAs, and what the
// daemon says of them: for tests of what nginx has loaded.
#pragma once

#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::daemon::testing {

using mtls::testing::NginxRunner;

inline constexpr const char* kReloadPending = "nginx_mtls_reload_pending";

/// A server block that asks for clients of the CAs in ca.pem; there is a client of A and one of B.
class Scene {
 public:
  Scene() {
    write_server_certificate(dir);
    dir.write("a.pem", a_.certificate_pem);
    dir.write("b.pem", b_.certificate_pem);
    dir.write("ca.pem", a_.certificate_pem);
    dir.write("clients/a.pem", client_a_.certificate_pem);
    dir.write("clients/b.pem", client_b_.certificate_pem);
    dir.write("settings.yml", "canaries:\n- {name: any, certificate: '" + dir.path("clients") +
                                  "/*.pem', expect: accept}\n");
    write_conf("");
  }

  void write_conf(const std::string& more) const {
    dir.rename_over("nginx.conf",
                    "worker_processes 1;\nevents {}\n" + more + "http {" +
                        std::string(mtls::testing::kNginxHttpPaths) +
                        "server { listen 127.0.0.1:" + std::to_string(port_) +
                        " ssl; server_name a.example; ssl_certificate server.pem; "
                        "ssl_certificate_key server.key; ssl_client_certificate ca.pem; "
                        "ssl_verify_client on; location / { return 200 ok; } } }\n");
  }

  std::unique_ptr<Exporter> exporter(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> flags{"--config.file", dir.path("settings.yml")};
    flags.insert(flags.end(), more.begin(), more.end());
    return std::make_unique<Exporter>(dir, flags);
  }

  /// What nginx says to the client now.
  bool is_accepted(const std::string& client) const {
    const Minted& minted = client == "a" ? client_a_ : client_b_;
    return mtls::testing::request({.port = port_,
                                   .sni = "a.example",
                                   .host = "a.example",
                                   .client_chain_pem = minted.certificate_pem,
                                   .client_key_pem = minted.key_pem})
               .status == 200;
  }

  /// SIGHUP, whatever comes of it.
  static void hang_up(const NginxRunner& nginx) { ::kill(nginx.pid(), SIGHUP); }

  static void crash(const NginxRunner& nginx) {
    const std::string number = std::to_string(nginx.pid());
    std::ifstream children("/proc/" + number + "/task/" + number + "/children");
    for (int pid = 0; children >> pid;) ::kill(pid, SIGKILL);
  }

  TempDir dir;

 private:
  std::uint16_t port_ = mtls::testing::free_port();
  Minted a_ = authority("A");
  Minted b_ = authority("B");
  Minted client_a_ = client("client of A", a_);
  Minted client_b_ = client("client of B", b_);
};

inline std::optional<double> verdict(const Exporter& exporter, const std::string& client,
                                     const std::string& mode) {
  return exporter.value("nginx_mtls_canary_accepted", {{"canary", client}, {"mode", mode}});
}

inline Exporter::Expected pending(const Scene& scene, std::optional<double> value) {
  return {.name = kReloadPending, .labels = {{"path", scene.dir.path("ca.pem")}}, .value = value};
}

inline Exporter::Expected loaded(const std::string& client, std::optional<double> value) {
  return {.name = "nginx_mtls_canary_accepted",
          .labels = {{"canary", client}, {"mode", "loaded"}},
          .value = value};
}

inline bool stays(const Exporter& exporter, const Exporter::Expected& expected) {
  const auto end = std::chrono::steady_clock::now() + 1200ms;
  while (std::chrono::steady_clock::now() < end) {
    if (!exporter.shows(expected)) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

}  // namespace mtls::daemon::testing
