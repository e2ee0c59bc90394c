// Certificates that a real nginx refuses over http, stream and mail, and the counters of the daemon
// that follows its logs, while these are rotated.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/mail_client.h"
#include "tests/support/wire/tls_client.h"
#include "tests/support/wire/tls_connection.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::NginxRunner;

constexpr const char* kFailures = "nginx_mtls_client_verify_failures_total";
constexpr const char* kObservable = "nginx_mtls_verify_failures_observable";

/// Failures by server and code.
using Counts = std::map<std::string, int>;

int number_in(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : usual;
}

Minted expired(const Minted& issuer) {
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

bool can_run() {
  if (!NginxRunner::available()) return false;
  for (const char* name : {"stream", "mail"}) {
    struct stat facts{};
    if (::stat(mtls::testing::nginx_module(name).c_str(), &facts) == 0) continue;
    WARN("skipped: this nginx has no module " << name);
    return false;
  }
  return true;
}

Counts counts_in(const Exporter& exporter) {
  Counts counts;
  for (const Sample& sample :
       mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), kFailures)) {
    if (sample.value > 0)
      counts[sample.labels.at("server") + " " + sample.labels.at("code")] +=
          static_cast<int>(sample.value);
  }
  return counts;
}

std::string text(const Counts& counts) {
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

const std::vector<Style> kStyles{
    {"renamed", "mv error.log error.log.N", true},
    {"copied and truncated", "cp error.log error.log.N; : > error.log", false},
    {"deleted", "rm error.log", true},
    {"a symbolic link", "touch error-N; ln -s error-N link; mv -T link error.log", true},
};

void rotate(const Style& style, int number, const TempDir& dir, const NginxRunner& nginx) {
  std::string commands = style.commands;
  for (std::size_t at = commands.find('N'); at != std::string::npos; at = commands.find('N', at))
    commands.replace(at, 1, std::to_string(number));
  run_in(dir, commands);
  if (!style.reopens) return;
  ::kill(nginx.pid(), SIGUSR1);
  struct stat facts{};
  REQUIRE(eventually(5s, [&] { return ::stat(dir.path("error.log").c_str(), &facts) == 0; }));
}

}  // namespace

TEST_CASE("verify failures: what nginx logs is counted, once, whatever becomes of the logs") {
  constexpr int kLate = 6;  // handshakes right before a rotation
  if (!can_run()) return;
  const int handshakes = number_in("MTLS_LOG_HANDSHAKES", 36);
  const int rotations = number_in("MTLS_LOG_ROTATIONS", 2);
  for (const Style& style : kStyles) {
    CAPTURE(style.name);
    const Bench bench;
    const NginxRunner nginx(bench.dir);
    const Exporter exporter(bench.dir);
    REQUIRE(exporter.time_until({.name = kObservable, .labels = {{"server", "a.example"}}}) < 3s);
    Counts expected;
    int number = 0;
    for (int rotation = 0; rotation <= rotations; ++rotation) {
      const int end = handshakes * (rotation + 1) / (rotations + 1);
      for (; number < end - kLate; ++number) bench.shake_hands(number, expected);
      eventually(10s, [&] { return counts_in(exporter) == expected; });
      REQUIRE_THAT(text(counts_in(exporter)), Catch::Equals(text(expected)));
      // Nobody has read these when the log is rotated, or not all of them.
      for (; number < end; ++number) bench.shake_hands(number, expected);
      if (rotation < rotations) rotate(style, rotation, bench.dir, nginx);
    }
    eventually(5s, [&] { return counts_in(exporter) == expected; });
    CHECK_THAT(text(counts_in(exporter)), Catch::Equals(text(expected)));
    std::this_thread::sleep_for(2200ms);
    CHECK_THAT(text(counts_in(exporter)), Catch::Equals(text(expected)));
  }
}

TEST_CASE("verify failures: each server that asks has its series from the start, and its truth") {
  if (!can_run()) return;
  const Bench bench;
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir);
  REQUIRE(exporter.time_until({.name = kObservable, .labels = {{"server", "a.example"}}}) < 3s);
  for (const std::string& server : {std::string("a.example"), std::string("b.example"),
                                    bench.stream_address(), std::string("hidden.example")}) {
    CAPTURE(server);
    for (const char* code : {"10", "no_cert", "ocsp", "23"}) {
      CAPTURE(code);
      CHECK(exporter.value(kFailures, {{"server", server}, {"code", code}}) == 0);
    }
    CHECK(exporter.value(kObservable, {{"server", server}}) ==
          (server == "hidden.example" ? 0 : 1));
  }
  CHECK(exporter.value(
            kFailures,
            {{"server", "a.example"}, {"code", "10"}, {"reason", "certificate has expired"}}) == 0);
  run_in(bench.dir, "rm error.log; mkfifo error.log");
  CHECK(exporter.time_until(
            {.name = kObservable, .labels = {{"server", "a.example"}}, .value = 0}) < 5s);
  CHECK(exporter.value(kObservable, {{"server", "b.example"}}) == 1);
}

TEST_CASE("verify failures: backends that nginx refuses count under the block that asked them") {
  if (!can_run()) return;
  const TempDir dir;
  const Minted ca = authority("A");
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("other.pem", authority("B").certificate_pem);
  mtls::testing::CertificateSpec spec;
  spec.subject = "CN=server";
  spec.issuer = &ca;
  const Minted server = mtls::testing::mint_now(spec);
  dir.write("server.pem", server.certificate_pem);
  dir.write("server.key", server.key_pem);
  const std::string front = std::to_string(mtls::testing::free_port());
  const std::string back = std::to_string(mtls::testing::free_port());
  dir.write("nginx.conf",
            mtls::testing::nginx_http_conf(
                "server { listen 127.0.0.1:" + back +
                " ssl; ssl_certificate server.pem; ssl_certificate_key server.key; return 200; }\n"
                "server { listen 127.0.0.1:" +
                front +
                "; server_name front; proxy_ssl_verify on; proxy_ssl_name x; "
                "proxy_ssl_session_reuse off;\n"
                "location /ca { proxy_pass https://127.0.0.1:" +
                back +
                "; proxy_ssl_trusted_certificate other.pem; error_log ca.log; }\n"
                "location /name { proxy_pass https://127.0.0.1:" +
                back + "; proxy_ssl_trusted_certificate ca.pem; } }\n"));
  const NginxRunner nginx(dir);
  const Exporter exporter(dir);
  REQUIRE(eventually(5s, [&] { return exporter.value("nginx_mtls_log_lines_total").has_value(); }));
  const auto port = static_cast<std::uint16_t>(std::stoi(front));
  for (const char* path : {"/ca", "/name", "/name"})
    CHECK(mtls::testing::get(port, path).status == 502);
  const auto count = [&](const char* code) {
    return exporter.value("nginx_mtls_upstream_verify_failures_total",
                          {{"server", "front"}, {"code", code}});
  };
  CHECK(eventually(5s, [&] { return count("name") == 2; }));
  CAPTURE(dir.read("ca.log"));
  CHECK(count("20").value_or(0) + count("21").value_or(0) == 1);
  CHECK(counts_in(exporter) == Counts{});
}

TEST_CASE("verify failures: a client without a certificate forges no line") {
  if (!can_run()) return;
  const TempDir dir;
  write_server_certificate(dir);
  const Minted ca = authority("A");
  dir.write("ca.pem", ca.certificate_pem);
  const std::uint16_t open = mtls::testing::free_port();
  dir.write("nginx.conf",
            mtls::testing::nginx_http_conf(
                "server { listen 127.0.0.1:" + std::to_string(open) +
                "; server_name open.example; root . ; }\nserver { listen 127.0.0.1:" +
                std::to_string(mtls::testing::free_port()) +
                " ssl; server_name victim; ssl_certificate server.pem; ssl_certificate_key "
                "server.key; ssl_client_certificate ca.pem; ssl_verify_client on; }\n"));
  const NginxRunner nginx(dir);
  const Exporter exporter(dir);
  REQUIRE(exporter.time_until({.name = kObservable, .labels = {{"server", "victim"}}}) < 3s);
  // nginx decodes the URL, and logs it with its line feeds.
  const std::string forged =
      "/x%0a2026/11/30%2023:51:27%20[info]%201%231:%20*1%20client%20sent%20no%20required%20SSL%20"
      "certificate,%20client:%201.1.1.1,%20server:%20victim,%20request:%20%22x%22%0ay";
  for (int i = 0; i < 5; ++i) mtls::testing::get(open, forged);
  REQUIRE(eventually(5s, [&] {
    return nginx.error_log().find(
               "\n2026/11/30 23:51:27 [info] 1#1: *1 client sent no required "
               "SSL certificate, client: 1.1.1.1, server: victim") != std::string::npos;
  }));
  const auto lines = [&] { return exporter.value("nginx_mtls_log_lines_total").value_or(0); };
  CHECK(eventually(5s, [&] { return lines() >= 15; }));
  CHECK(counts_in(exporter) == Counts{});
}

}  // namespace mtls::daemon::testing
