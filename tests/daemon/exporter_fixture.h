// The real daemon on an nginx tree in a TempDir: started, scraped, and watching the test change
// files. Certificates are valid now, because the daemon asks the real clock.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/fresh_pki.h"
#include "tests/support/metrics_text.h"
#include "tests/support/pki_maker.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/http_client.h"

namespace mtls::daemon::testing {

using namespace std::chrono_literals;
using mtls::testing::authority;
using mtls::testing::ChildProcess;
using mtls::testing::client;
using mtls::testing::eventually;
using mtls::testing::Labels;
using mtls::testing::Minted;
using mtls::testing::now;
using mtls::testing::run_in;
using mtls::testing::Sample;
using mtls::testing::TempDir;
using std::chrono::milliseconds;

/// A server block with TLS; server.pem and server.key are relative to nginx.conf (R1.40).
inline std::string tls_server(const std::string& name, const std::string& directives) {
  return "server { listen 127.0.0.1:8443 ssl; server_name " + name +
         "; ssl_certificate server.pem; ssl_certificate_key server.key; " + directives + " }\n";
}

/// A server block that asks for client certificates of the CAs in `bundle`.
inline std::string asking_server(const std::string& name, const std::string& bundle) {
  return tls_server(name, "ssl_verify_client on; ssl_client_certificate '" + bundle + "';");
}

inline std::string nginx_conf(const std::string& servers) {
  return "error_log error.log info; events {}\nhttp {\n" + servers + "}\n";
}

/// server.pem and server.key for the blocks above.
inline void write_server_certificate(const TempDir& dir) {
  mtls::testing::CertificateSpec spec;
  spec.subject = "CN=server";
  spec.not_before = now() - 24h;
  spec.not_after = now() + 200 * 24h;
  spec.extended_key_usage = "serverAuth";
  const Minted server = mtls::testing::mint(spec);
  dir.write("server.pem", server.certificate_pem);
  dir.write("server.key", server.key_pem);
}

/// The command before the program's path and flags, such as prlimit(1) with its own arguments.
using Launcher = std::vector<std::string>;

/// The program with exactly these flags.
inline ChildProcess exporter(const std::vector<std::string>& flags,
                             const std::map<std::string, std::string>& environment = {},
                             const Launcher& launcher = {}) {
  std::vector<std::string> argv = launcher;
  argv.emplace_back(EXPORTER_BINARY);
  argv.insert(argv.end(), flags.begin(), flags.end());
  return ChildProcess({.argv = argv, .environment = environment});
}

/// A daemon that reads dir/nginx.conf. Its first evaluation is done once this is constructed.
class Exporter {
 public:
  explicit Exporter(const TempDir& dir, const std::vector<std::string>& more_flags = {},
                    const std::map<std::string, std::string>& environment = {},
                    const Launcher& launcher = {})
      : port_(mtls::testing::free_port()),
        process_(exporter(with(dir, port_, more_flags), environment, launcher)) {
    if (!eventually(10s, [this] { return get("/-/ready").status == 200; }))
      throw std::runtime_error("the exporter does not become ready: " + log());
  }

  std::uint16_t port() const { return port_; }
  ChildProcess& process() { return process_; }
  std::string log() const { return process_.standard_error(); }

  mtls::testing::HttpAnswer get(const std::string& path) const {
    return mtls::testing::get(port_, path);
  }
  std::string scrape() const { return get("/metrics").body; }

  /// The value of the first series with that name and, at least, those labels.
  std::optional<double> value(const std::string& name, const Labels& labels = {}) const {
    return value_in(mtls::testing::parse_metrics(scrape()), name, labels);
  }

  struct Expected {
    std::string name;
    Labels labels = {};
    std::optional<double> value = 1;  // nullopt: no such series
  };

  bool shows(const Expected& expected) const {
    return value(expected.name, expected.labels) == expected.value;
  }

  /// How long until a scrape shows it, asking every 20 ms; longer than any limit if it never does.
  milliseconds time_until(const Expected& expected, milliseconds limit = 3s) const {
    const auto begin = std::chrono::steady_clock::now();
    const auto waited = [&] {
      return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
    };
    while (!shows(expected)) {
      if (waited() > limit) return milliseconds::max();
      std::this_thread::sleep_for(20ms);
    }
    return waited();
  }

 private:
  static std::optional<double> value_in(const std::vector<Sample>& samples, const std::string& name,
                                        const Labels& labels) {
    const std::vector<Sample> found = mtls::testing::find(samples, name, labels);
    return found.empty() ? std::nullopt : std::optional(found.front().value);
  }

  static std::vector<std::string> with(const TempDir& dir, std::uint16_t port,
                                       const std::vector<std::string>& more) {
    std::vector<std::string> flags{"--nginx.conf",         dir.path("nginx.conf"),
                                   "--nginx.version",      "1.22.1",
                                   "--nginx.openssl",      "3.0.0",
                                   "--nginx.prefix",       dir.path(),
                                   "--web.listen-address", "127.0.0.1:" + std::to_string(port)};
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
  }

  std::uint16_t port_;
  ChildProcess process_;
};

/// How a command ended.
struct Outcome {
  std::optional<int> code;  // nullopt: it had to be stopped
  std::string output;
  std::string error;
};

inline Outcome outcome_of(ChildProcess& process) {
  Outcome outcome;
  outcome.code = process.wait(60s);
  outcome.output = process.standard_output();
  outcome.error = process.standard_error();
  return outcome;
}

}  // namespace mtls::daemon::testing
