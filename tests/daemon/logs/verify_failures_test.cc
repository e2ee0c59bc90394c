// Certificates that a real nginx refuses over http, stream and mail, and the counters of the daemon
// that follows its logs, while these are rotated.
#include <unistd.h>

#include <catch2/catch.hpp>

#include <sstream>

#include "tests/daemon/logs/verify_bench.h"

namespace mtls::daemon::testing {
namespace {

/// A small file system at dir/m, on which the log is from now on.
class SmallDisk {
 public:
  explicit SmallDisk(const TempDir& dir) : dir_(dir) {
    run_in(dir,
           "mkdir m; mount -t tmpfs -o size=64k tmpfs m 2>/dev/null && touch m/is-there; true");
    is_mounted_ = ::access(dir.path("m/is-there").c_str(), F_OK) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_mounted_) run_in(dir_, "umount -l m");
  }
  bool is_mounted() const { return is_mounted_; }
  void fill() const { run_in(dir_, "head -c 1M /dev/zero > m/fill 2>/dev/null; true"); }
  void empty() const { run_in(dir_, "rm m/fill"); }

 private:
  const TempDir& dir_;
  bool is_mounted_ = false;
};

/// What stands in the log about a.example.
struct Logged {
  Counts whole;
  int torn = 0;  // lines that begin with what nginx could still write of another one

  /// A torn line may count as one refusal or as none.
  bool is(const Counts& counted) const {
    int more = 0;
    for (const auto& [what, count] : counted) {
      const auto found = whole.find(what);
      const int least = found == whole.end() ? 0 : found->second;
      if (count < least) return false;
      more += count - least;
    }
    for (const auto& [what, count] : whole) {
      if (!counted.contains(what)) return false;
    }
    return more <= torn;
  }
};

Logged logged(const std::string& log) {
  Logged found;
  std::istringstream lines(log.substr(0, log.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    if (line.find(", server: a.example,") == std::string::npos) continue;
    if (line.find("[info]") != line.rfind("[info]")) {
      ++found.torn;
    } else if (line.find("verify error: (10:") != std::string::npos) {
      ++found.whole["a.example 10"];
    } else if (line.find("sent no required SSL certificate") != std::string::npos) {
      ++found.whole["a.example no_cert"];
    }
  }
  return found;
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

TEST_CASE("verify failures: a full disk loses the lines that nginx cannot write, and no others") {
  if (!can_run()) return;
  const Bench bench;
  const SmallDisk disk(bench.dir);
  if (!disk.is_mounted()) {
    WARN("skipped: mounting a tmpfs is not permitted");
    return;
  }
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir);
  REQUIRE(exporter.time_until({.name = kObservable, .labels = {{"server", "a.example"}}}) < 3s);
  rotate({.name = "to the small disk",
          .commands = "touch m/log; ln -s m/log link; mv -T link error.log"},
         0, bench.dir, nginx);
  Counts made;
  const auto refuse_ten = [&] {
    for (int i = 0; i < 10; ++i) bench.shake_hands(1 + i % 2, made);
  };
  const auto counted_as_logged = [&] {
    return eventually(10s, [&] { return logged(bench.dir.read("m/log")).is(counts_in(exporter)); });
  };
  refuse_ten();
  CHECK(counted_as_logged());
  CHECK(counts_in(exporter) == made);
  disk.fill();
  for (int i = 0; i < 20; ++i) refuse_ten();
  CHECK(logged(bench.dir.read("m/log")).whole != made);  // else this test tests nothing
  CHECK(counted_as_logged());
  const Counts before = counts_in(exporter);
  disk.empty();
  std::this_thread::sleep_for(1100ms);  // nginx writes nothing for a second (ngx_log_error_core())
  refuse_ten();
  CHECK(counted_as_logged());
  CHECK(counts_in(exporter) != before);
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
