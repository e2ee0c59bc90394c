// nginx with server blocks of all three kinds that refuse clients, its logs and what becomes of
// them, and what the daemon counts: for tests of the counters.
#pragma once

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/mail_client.h"
#include "tests/support/wire/tls_client.h"
#include "tests/support/wire/tls_connection.h"

namespace mtls::daemon::testing {

using mtls::testing::NginxRunner;

inline constexpr const char* kFailures = "nginx_mtls_client_verify_failures_total";
inline constexpr const char* kObservable = "nginx_mtls_verify_failures_observable";

/// Failures by server and code.
using Counts = std::map<std::string, int>;

inline int number_in(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : usual;
}

inline Minted expired(const Minted& issuer) {
  mtls::testing::CertificateSpec spec = mtls::testing::client_spec("CN=expired", issuer);
  spec.not_before = now() - 48h;
  spec.not_after = now() - 24h;
  return mtls::testing::mint(spec);
}

/// nginx with server blocks of all three kinds that ask for certificates of CA A, and clients.
class Bench {
 public:
  Bench() {
    write_server_certificate(dir);
    dir.write("ca.pem", ca_.certificate_pem);
    const std::string asks =
        "ssl_certificate server.pem; ssl_certificate_key server.key; "
        "ssl_client_certificate ca.pem; ssl_verify_client on; ";
    const auto http = [&](const std::string& name, const std::string& more) {
      return "server { listen 127.0.0.1:" + std::to_string(http_) + " ssl; server_name " + name +
             "; " + asks + more + " location / { return 200 ok; } }\n";
    };
    dir.write("nginx.conf",
              mtls::testing::load_module("stream") + mtls::testing::load_module("mail") +
                  "worker_processes 2;\nevents {}\nhttp {" +
                  std::string(mtls::testing::kNginxHttpPaths) + http("a.example", "") +
                  http("b.example", "error_log b.log info; error_log both.log info;") +
                  http("hidden.example", "error_log hidden.log;") + "}\nstream { server { listen " +
                  stream_address() + " ssl; " + asks +
                  "return \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"; } }\n"
                  "mail { server_name mail.example; auth_http 127.0.0.1:1; server { listen "
                  "127.0.0.1:" +
                  std::to_string(mail_) + " ssl; protocol imap; server_name m.example; " + asks +
                  "} }\n");
  }

  std::string stream_address() const { return "127.0.0.1:" + std::to_string(stream_); }

  /// The `number`-th of handshakes of all kinds. Adds what nginx logs of it.
  void shake_hands(int number, Counts& expected) const {
    const Minted none;
    const std::vector<const Minted*> clients{&good_, &expired_, &none};
    const std::vector<std::string> codes{"", "10", "no_cert"};
    const auto kind = static_cast<std::size_t>(number) % clients.size();
    const int protocol = number / static_cast<int>(clients.size()) % 4;
    const std::string server = connect(protocol, *clients[kind]);
    if (!codes[kind].empty()) ++expected[server + " " + codes[kind]];
  }

  TempDir dir;

 private:
  /// The label of the server.
  std::string connect(int protocol, const Minted& client) const {
    if (protocol == 2) {
      mtls::testing::TlsConnection connection(
          stream_, {.certificate_pem = client.certificate_pem, .key_pem = client.key_pem});
      connection.ask("GET / HTTP/1.1\r\n\r\n");
      return stream_address();
    }
    if (protocol == 3) {
      mtls::testing::log_in({.port = mail_,
                             .tls = mtls::testing::MailTls::kFromTheStart,
                             .client_chain_pem = client.certificate_pem,
                             .client_key_pem = client.key_pem});
      return mail_label();
    }
    const std::string name = protocol == 0 ? "a.example" : "b.example";
    mtls::testing::request({.port = http_,
                            .sni = name,
                            .host = name,
                            .client_chain_pem = client.certificate_pem,
                            .client_key_pem = client.key_pem});
    return name;
  }
  std::string mail_label() const { return "127.0.0.1:" + std::to_string(mail_); }

  std::uint16_t http_ = mtls::testing::free_port();
  std::uint16_t stream_ = mtls::testing::free_port();
  std::uint16_t mail_ = mtls::testing::free_port();
  Minted ca_ = authority("A");
  Minted good_ = client("good", ca_);
  Minted expired_ = expired(ca_);
};

inline bool can_run() {
  if (!NginxRunner::available()) return false;
  for (const char* name : {"stream", "mail"}) {
    struct stat facts{};
    if (::stat(mtls::testing::nginx_module(name).c_str(), &facts) == 0) continue;
    WARN("skipped: this nginx has no module " << name);
    return false;
  }
  return true;
}

inline Counts counts_in(const Exporter& exporter) {
  Counts counts;
  for (const Sample& sample :
       mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), kFailures)) {
    if (sample.value > 0)
      counts[sample.labels.at("server") + " " + sample.labels.at("code")] +=
          static_cast<int>(sample.value);
  }
  return counts;
}

inline std::string text(const Counts& counts) {
  std::string text;
  for (const auto& [what, count] : counts) text += what + ": " + std::to_string(count) + "\n";
  return text;
}

/// The log file, and what to do to it.
struct Style {
  std::string name;
  std::string commands;  // of sh; N stands for a number
  bool reopens = true;   // nginx gets USR1
};

inline const std::vector<Style> kStyles{
    {"renamed", "mv error.log error.log.N", true},
    {"copied and truncated", "cp error.log error.log.N; : > error.log", false},
    {"deleted", "rm error.log", true},
    {"a symbolic link", "touch error-N; ln -s error-N link; mv -T link error.log", true},
};

inline void rotate(const Style& style, int number, const TempDir& dir, const NginxRunner& nginx) {
  std::string commands = style.commands;
  for (std::size_t at = commands.find('N'); at != std::string::npos; at = commands.find('N', at))
    commands.replace(at, 1, std::to_string(number));
  run_in(dir, commands);
  if (!style.reopens) return;
  ::kill(nginx.pid(), SIGUSR1);
  struct stat facts{};
  REQUIRE(eventually(5s, [&] { return ::stat(dir.path("error.log").c_str(), &facts) == 0; }));
}

}  // namespace mtls::daemon::testing
