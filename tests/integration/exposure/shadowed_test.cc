// Server blocks that share an address: who answers when a block has no names and is a default
// server elsewhere (R9.20), and when stream servers are told apart by their names (R9.2). That
// nothing leads to a shadowed block (R9.16) is asked by reach_test.cc.
#include <catch2/catch.hpp>
#include <optional>
#include <set>

#include "config/resolve.h"
#include "config/syntax/parser.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {
namespace {

/// nginx on a text, and what we read in it.
class Site {
 public:
  explicit Site(const std::string& text) {
    directory_.write("a.pem", a_.certificate_pem);
    directory_.write("b.pem", b_.certificate_pem);
    directory_.write("server.pem", server_.certificate_pem);
    directory_.write("server.key", server_.key_pem);
    directory_.write("nginx.conf", text);
    auto parsed = config::syntax::parse(text, base::FileId{0});
    REQUIRE(parsed.diagnostics.empty());
    document_ = {std::move(parsed.directives), {}, {directory_.path("nginx.conf")}};
    ours_ = config::resolve(document_, document_.files[0], build_under_test());
    nginx_.emplace(directory_);
  }

  const config::ResolvedConfig& ours() const { return ours_; }
  const Minted& client_of_b() const { return of_b_; }

 private:
  const TempDir directory_;
  Minted a_ = authority("CN=A");
  Minted b_ = authority("CN=B");
  Minted of_b_ = leaf(&b_);
  Minted server_ = leaf(nullptr, purpose("serverAuth"));
  config::syntax::Document document_;
  config::ResolvedConfig ours_;
  std::optional<NginxRunner> nginx_;
};

const std::string kOwn = "ssl_certificate server.pem; ssl_certificate_key server.key; ";

std::string listen_on(std::uint16_t port) {
  return "listen 127.0.0.1:" + std::to_string(port) + " ssl";
}

}  // namespace

TEST_CASE("shadowed: a block without names is judged where it is the default server (R9.20)") {
  if (nginx_is_missing()) return;
  const std::uint16_t first = free_port();
  const std::uint16_t second = free_port();
  const std::string say = "add_header X-Verify $ssl_client_verify always; add_header X-Server ";
  const Site site(nginx_http_conf(
      "server { " + listen_on(first) + " default_server; server_name d; " + kOwn +
      "ssl_verify_client on; ssl_client_certificate a.pem; " + say + "d always; return 200; }\n" +
      "server { " + listen_on(first) + "; " + listen_on(second) + "; " + kOwn +
      "ssl_verify_client on; ssl_client_certificate b.pem; " + say + "own always; return 200; }"));
  CHECK(site.ours().tls_owner(1) == 1);
  CHECK_FALSE(site.ours().servers[1].is_shadowed);
  const auto ask = [&](std::uint16_t port) {
    TlsRequest request{.port = port};
    request.client_chain_pem = site.client_of_b().certificate_pem;
    request.client_key_pem = site.client_of_b().key_pem;
    return testing::request(request);
  };
  TlsAnswer at_first = ask(first);
  CHECK(at_first.headers["x-server"] == "d");
  CHECK(at_first.status == 400);
  TlsAnswer at_second = ask(second);
  CHECK(at_second.headers["x-server"] == "own");
  CHECK(at_second.headers["x-verify"] == "SUCCESS");
  CHECK(at_second.status == 200);
}

TEST_CASE("shadowed: stream servers that share a listen are told apart by name (R9.2)") {
  if (modules_are_missing()) return;
  if (build_under_test().version < config::Version{1, 25, 5}) {
    WARN("skipped: before 1.25.5 stream servers have no names");
    return;
  }
  const std::uint16_t port = free_port();
  std::string text = load_module("stream") + "events { }\nstream { " + kOwn + "\n";
  // The last one has no name, and the default server answers instead of it.
  for (const std::string name : {"d.test", "a.test x.test", ".b.test", ""}) {
    text += "server { " + listen_on(port) + "; " + (name.empty() ? "" : "server_name " + name) +
            "; return \"HTTP/1.1 200 OK\\r\\nX-Server: " + name + "\\r\\n\\r\\n\"; }\n";
  }
  const Site site(text.replace(text.find("ssl; ;"), 6, "ssl;") + "}");
  const config::ResolvedConfig& ours = site.ours();
  const auto answer = [&](const std::optional<std::string>& sni) {
    return request({.port = port, .sni = sni}).headers["x-server"];
  };
  CHECK(answer("a.test") == "a.test x.test");
  CHECK(answer("x.test") == "a.test x.test");
  CHECK(answer("c.b.test") == ".b.test");
  for (const std::optional<std::string>& sni :
       std::vector<std::optional<std::string>>{std::nullopt, "d.test", "zzz"}) {
    CHECK(answer(sni) == "d.test");
  }
  REQUIRE(ours.servers.size() == 4);
  std::set<std::string> labels;
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    labels.insert(ours.servers[i].id.server);
    CHECK(ours.label_owner(i) == i);
    CHECK_FALSE(ours.servers[i].is_shadowed);
  }
  CHECK(labels == std::set<std::string>{"d.test", "a.test", "b.test"});
  CHECK(ours.servers[3].is_shadowed);
  CHECK(ours.label_owner(3) == 0);
}

}  // namespace mtls::testing
