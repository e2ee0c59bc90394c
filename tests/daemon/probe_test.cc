// Handshakes with a real nginx, beside the files.
#include <csignal>

#include <catch2/catch.hpp>

#include <filesystem>

#include "tests/daemon/exporter_fixture.h"
#include "tests/daemon/loaded_scene.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kSuccess = "nginx_mtls_live_probe_success";
constexpr const char* kNames = "nginx_mtls_live_ca_names_match";
constexpr const char* kCertificate = "nginx_mtls_live_certificate_match";

Exporter::Expected is(const char* name, std::optional<double> value,
                      const std::string& server = "a.example") {
  return {.name = name, .labels = {{"server", server}}, .value = value};
}

}  // namespace

TEST_CASE("probe: what nginx shows in a handshake is compared with the files") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Scene scene;
  const TempDir& dir = scene.dir;
  dir.write("settings.yml", "probe: {enabled: true, interval: 1s, timeout: 2s}\n");
  const auto daemon = scene.exporter();
  CHECK(daemon->time_until(is(kSuccess, 0)) < 5s);  // there is no nginx yet
  CHECK_FALSE(daemon->value(kNames));

  NginxRunner nginx(dir);
  CHECK(daemon->time_until(is(kSuccess, 1)) < 5s);
  CHECK(daemon->value(kNames) == 1);
  CHECK(daemon->value(kCertificate) == 1);

  dir.rename_over("ca.pem", dir.read("b.pem"));
  CHECK(daemon->time_until(is(kNames, 0)) < 5s);
  CHECK(daemon->value(kCertificate) == 1);
  nginx.reload();
  CHECK(daemon->time_until(is(kNames, 1)) < 5s);

  write_server_certificate(dir);
  CHECK(daemon->time_until(is(kCertificate, 0)) < 5s);
  nginx.reload();
  CHECK(daemon->time_until(is(kCertificate, 1)) < 5s);

  nginx.stop();
  CHECK(daemon->time_until(is(kSuccess, 0)) < 5s);
  CHECK_FALSE(daemon->value(kNames));
  CHECK_FALSE(daemon->value(kCertificate));
}

TEST_CASE("probe: each block is reached as its clients reach it") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Scene scene;
  const TempDir& dir = scene.dir;
  dir.write("settings.yml", "probe: {enabled: true, interval: 1s}\n");
  const std::string port = std::to_string(mtls::testing::free_port());
  const std::string proxied = std::to_string(mtls::testing::free_port());
  const auto block = [](const std::string& listen, const std::string& names, const char* ca) {
    return "server { listen " + listen + " ssl; server_name " + names +
           "; ssl_client_certificate " + ca + "; ssl_verify_client on; }\n";
  };
  dir.rename_over(
      "nginx.conf",
      "events {}\nhttp {" + std::string(mtls::testing::kNginxHttpPaths) +
          "ssl_certificate server.pem; ssl_certificate_key server.key;\n" + "server { listen " +
          port + " ssl; return 200; }\n" + block(port, "first.example", "a.pem") +
          block(port, "*.wild second.example", "b.pem") + block(port, "~^regex", "b.pem") +
          block("127.0.0.1:" + proxied + " proxy_protocol", "proxied.example", "a.pem") +
          block("unix:" + dir.path("socket"), "~^local", "b.pem") + "}\n");
  const NginxRunner nginx(dir);
  const auto daemon = scene.exporter();
  for (const char* server : {"first.example", "*.wild", "proxied.example", "~^local"}) {
    CAPTURE(server);
    CHECK(daemon->time_until(is(kSuccess, 1, server)) < 5s);
    CHECK(daemon->shows(is(kNames, 1, server)));
    CHECK(daemon->shows(is(kCertificate, 1, server)));
  }
  CHECK(daemon->shows(is(kSuccess, std::nullopt, "~^regex")));
}

TEST_CASE("probe: nginx refuses nobody because of it, and nobody is counted") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  if (!std::filesystem::exists(mtls::testing::nginx_module("stream"))) {
    WARN("skipped: this nginx has no stream module");
    return;
  }
  const Scene scene;
  const TempDir& dir = scene.dir;
  dir.write("settings.yml", "probe: {enabled: true, interval: 1s}\n");
  const std::string address = "127.0.0.1:" + std::to_string(mtls::testing::free_port());
  for (const std::string protocols : {"TLSv1.2", "TLSv1.3"}) {
    CAPTURE(protocols);
    dir.rename_over("nginx.conf",
                    mtls::testing::load_module("stream") +
                        "error_log error.log info;\nevents {}\nstream { server { listen " +
                        address + " ssl; ssl_protocols " + protocols +
                        "; ssl_certificate server.pem; ssl_certificate_key server.key; "
                        "ssl_client_certificate a.pem; ssl_verify_client on; return ok; } }\n");
    const NginxRunner nginx(dir);
    const auto daemon = scene.exporter();
    CHECK(daemon->time_until(is(kSuccess, 1, address)) < 5s);
    std::this_thread::sleep_for(2500ms);  // more rounds, and a look at the log
    CHECK(daemon->value(kNames) == 1);
    CHECK(daemon->value(kCertificate) == 1);
    CHECK_THAT(nginx.error_log(), !Catch::Contains("client sent no required SSL certificate"));
    CHECK(daemon->value("nginx_mtls_verify_failures_observable") == 1);
    CHECK(daemon->value("nginx_mtls_client_verify_failures_total", {{"code", "no_cert"}}) == 0);
  }
}

TEST_CASE("probe: it is off unless the settings ask for it, and keeps to their servers") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const Scene scene;
  const NginxRunner nginx(scene.dir);
  scene.dir.write("settings.yml", "probe: {enabled: true, interval: 1s, servers: [other.*]}\n");
  const auto daemon = scene.exporter();
  CHECK(stays(*daemon, is(kSuccess, std::nullopt)));
  scene.dir.write("settings.yml", "probe: {enabled: true}\n");
  daemon->process().signal(SIGHUP);
  CHECK(daemon->time_until(is(kSuccess, 1)) < 5s);
  scene.dir.write("settings.yml", "probe: {interval: 1s}\n");
  daemon->process().signal(SIGHUP);
  CHECK(daemon->time_until(is(kSuccess, std::nullopt)) < 5s);
}

}  // namespace mtls::daemon::testing
