// The line that tells who comes, as the shipped snippets write it: what real nginx sends (R9.7).
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "running/client_line.h"
#include "tests/support/fresh_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/observer/datagram_inbox.h"
#include "tests/support/observer/snippet.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/http_client.h"
#include "tests/support/wire/tls_client.h"
#include "tests/support/wire/tls_connection.h"

namespace mtls::testing {
namespace {

using running::ClientLine;
using running::LineVerify;

/// Real nginx with the snippets, an inbox in the exporter's place, and clients.
struct Scene {
  Scene() {
    CertificateSpec spec;
    spec.subject = "CN=server";
    spec.not_before = now() - std::chrono::hours{24};
    spec.not_after = now() + std::chrono::hours{24};
    const Minted server = mint(spec);
    dir.write("server.pem", server.certificate_pem);
    dir.write("server.key", server.key_pem);
    dir.write("ca.pem", ca.certificate_pem);
    for (const char* name : {"http", "line", "stream"})
      dir.write(std::string(name) + ".conf", observer_snippet(name, dir.path("inbox")));
  }

  static std::string tls(const std::string& zone) {
    return "ssl_certificate server.pem; ssl_certificate_key server.key; ssl_client_certificate "
           "ca.pem; ssl_session_cache shared:" +
           zone + ":1m; ";
  }
  void write(const std::string& http, const std::string& stream = "") const {
    std::string conf = stream.empty() ? "" : load_module("stream");
    conf += "worker_processes 1;\nevents {}\nhttp {" + std::string(kNginxHttpPaths) + tls("H") +
            http + "}\n";
    if (!stream.empty()) conf += "stream { " + tls("S") + stream + "}\n";
    dir.write("nginx.conf", conf);
  }
  /// An answer to a client that sends `own`, nullptr: nothing.
  TlsAnswer ask(std::uint16_t port, const Minted* own, const std::string& ciphers = "",
                const TlsAnswer* before = nullptr) const {
    return request({.port = port,
                    .sni = "a.example",
                    .host = "a.example",
                    .client_chain_pem = own != nullptr ? own->certificate_pem : "",
                    .client_key_pem = own != nullptr ? own->key_pem : "",
                    .resume = before != nullptr ? before->session : nullptr,
                    .tls12_ciphers = ciphers});
  }

  TempDir dir;
  Minted ca = authority("A");
  Minted other_ca = authority("B");
  Minted known = client("known", ca);
  Minted stranger = client("stranger", other_ca);
  DatagramInbox inbox{dir.path("inbox")};
};

bool is_missing(bool with_stream = false) {
  if (!NginxRunner::available() ||
      (with_stream && !std::filesystem::exists(nginx_module("stream")))) {
    WARN("skipped: there is no nginx for this");
    return true;
  }
  return false;
}

ClientLine line_of(const std::string& datagram) {
  const auto parsed = running::parse_client_line(datagram);
  INFO(datagram);
  REQUIRE(std::holds_alternative<ClientLine>(parsed));
  return std::get<ClientLine>(parsed);
}

std::string port_text(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

constexpr const char* kTls12 = "ECDHE-ECDSA-AES128-GCM-SHA256";

}  // namespace

TEST_CASE("observer line: http sends one datagram for each connection over TLS") {
  if (is_missing()) return;
  Scene scene;
  const std::uint16_t port = free_port();
  const std::uint16_t plain = free_port();
  scene.write("include http.conf; server { listen " + port_text(port) +
              " ssl; server_name a.example; ssl_verify_client on; location / { return 204; } } "
              "server { listen " +
              port_text(plain) + "; location / { return 204; } }");
  const NginxRunner nginx(scene.dir);
  const std::string leaf = scene.known.certificate_pem;

  for (const std::string ciphers : {"", kTls12}) {
    CAPTURE(ciphers);
    const TlsAnswer first = scene.ask(port, &scene.known, ciphers);
    CHECK(first.status == 204);
    CHECK(scene.ask(port, &scene.known, ciphers, &first).resumed);
    CHECK(scene.ask(port, &scene.stranger, ciphers).status == 400);
    CHECK(scene.ask(port, nullptr, ciphers).status == 400);
    const auto sent = scene.inbox.take(4);
    REQUIRE(sent.size() == 4);
    const ClientLine accepted = line_of(sent[0]);
    CHECK(accepted.is_http);
    CHECK(accepted.verify == LineVerify::kSuccess);
    CHECK(accepted.sni == "a.example");
    CHECK(accepted.address == "127.0.0.1");
    CHECK(accepted.port == port);
    CHECK_FALSE(accepted.is_resumed);
    CHECK_FALSE(accepted.is_quic);
    CHECK(running::unescape_uri(accepted.leaf) == leaf);
    CHECK(std::chrono::abs(accepted.at - std::chrono::system_clock::now()) <
          std::chrono::seconds{10});
    const ClientLine resumed = line_of(sent[1]);
    CHECK(resumed.is_resumed);
    CHECK(resumed.verify == LineVerify::kSuccess);
    CHECK(running::unescape_uri(resumed.leaf) == leaf);
    const ClientLine refused = line_of(sent[2]);
    CHECK(refused.verify == LineVerify::kFailed);
    CHECK(refused.reason == "unable to verify the first certificate");
    CHECK(running::unescape_uri(refused.leaf) == scene.stranger.certificate_pem);
    const ClientLine bare = line_of(sent[3]);
    CHECK(bare.verify == LineVerify::kNone);
    CHECK(bare.leaf.empty());
  }

  // Requests without TLS send nothing, on a TLS port and elsewhere.
  CHECK(get(plain, "/").status == 204);
  CHECK(get(port, "/").status == 400);
  CHECK(scene.inbox.take(1, std::chrono::milliseconds{300}).empty());
}

TEST_CASE("observer line: of a connection with several requests only the first sends one") {
  if (is_missing()) return;
  Scene scene;
  const std::uint16_t port = free_port();
  scene.write("include http.conf; server { listen " + port_text(port) +
              " ssl; server_name a.example; ssl_verify_client on; location / { return 204; } }");
  const NginxRunner nginx(scene.dir);
  TlsConnection connection(
      port, {.certificate_pem = scene.known.certificate_pem, .key_pem = scene.known.key_pem});
  for (int i = 0; i < 3; ++i)
    CHECK(connection.ask("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n").status == 204);
  const auto sent = scene.inbox.take(1);
  REQUIRE(sent.size() == 1);
  CHECK(line_of(sent[0]).sni.empty());
}

TEST_CASE("observer line: stream sends one datagram for each session") {
  if (is_missing(true)) return;
  Scene scene;
  const std::uint16_t port = free_port();
  scene.write("", "include stream.conf; server { listen " + port_text(port) +
                      " ssl; ssl_verify_client on; return ok; }");
  const NginxRunner nginx(scene.dir);
  for (const std::string ciphers : {"", kTls12}) {
    CAPTURE(ciphers);
    const TlsAnswer first = scene.ask(port, &scene.known, ciphers);
    scene.ask(port, &scene.known, ciphers, &first);
    scene.ask(port, &scene.stranger, ciphers);
    scene.ask(port, nullptr, ciphers);
    const auto sent = scene.inbox.take(4);
    REQUIRE(sent.size() == 4);
    const ClientLine accepted = line_of(sent[0]);
    CHECK_FALSE(accepted.is_http);
    CHECK(accepted.verify == LineVerify::kSuccess);
    CHECK(accepted.sni == "a.example");
    CHECK(accepted.address == "127.0.0.1");
    CHECK(accepted.port == port);
    CHECK(running::unescape_uri(accepted.leaf) == scene.known.certificate_pem);
    CHECK(line_of(sent[2]).verify == LineVerify::kFailed);
    CHECK(line_of(sent[3]).verify == LineVerify::kNone);
  }
  get(port, "/");  // no handshake comes of it
  CHECK(scene.inbox.take(1, std::chrono::milliseconds{300}).empty());
}

TEST_CASE("observer line: nginx's own access log stays as it is") {
  if (is_missing()) return;
  const auto logged = [](const std::string& snippet) {
    Scene scene;
    const std::uint16_t port = free_port();
    scene.write(snippet + "server { listen " + port_text(port) +
                " ssl; server_name a.example; ssl_verify_client on; location / { return 204; } "
                "location /own { access_log own.log; " +
                (snippet.empty() ? "" : "include line.conf; ") + "return 204; } }");
    const NginxRunner nginx(scene.dir);
    scene.ask(port, &scene.known);
    scene.ask(port, nullptr);
    TlsRequest own{.port = port, .sni = "a.example", .host = "a.example", .path = "/own"};
    own.client_chain_pem = scene.known.certificate_pem;
    own.client_key_pem = scene.known.key_pem;
    CHECK(request(own).status == 204);
    CHECK(scene.inbox.take(3, std::chrono::milliseconds{snippet.empty() ? 100 : 5000}).size() ==
          (snippet.empty() ? 0 : 3));
    const auto lines = [&](const char* log) {
      const std::string text = scene.dir.read(log);
      return std::count(text.begin(), text.end(), '\n');
    };
    return std::pair(lines("access.log"), lines("own.log"));
  };
  const auto without = logged("");
  CHECK(without == std::pair<std::ptrdiff_t, std::ptrdiff_t>(2, 1));
  CHECK(logged("include http.conf; ") == without);
}

TEST_CASE("observer line: the snippets have one line") {
  const std::string line = observer_snippet("line", "/socket");
  const std::string access_log = line.substr(line.find("\naccess_log "));
  for (const char* name : {"http", "stream"}) {
    CAPTURE(name);
    CHECK(observer_snippet(name, "/socket").ends_with(access_log));
  }
}

}  // namespace mtls::testing
