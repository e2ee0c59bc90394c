#include "config/blocks/listen.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

struct Asked {
  std::string arguments;
  Module module = Module::kHttp;
  Version version{1, 31, 0};
};

base::Result<blocks::ParsedListen> ask(const Asked& asked) {
  const std::string text = "listen " + asked.arguments + ";";
  return blocks::parse_listen(syntax::parse(text, base::FileId{0}).directives.at(0), asked.module,
                              NginxBuild{.version = asked.version});
}

}  // namespace

TEST_CASE("listen: the address becomes canonical") {
  struct Case {
    std::string written;
    std::string canonical;
  };
  const std::vector<Case> cases{
      {"80", "0.0.0.0:80"},
      {"*:8443", "0.0.0.0:8443"},
      {"*", "0.0.0.0:80"},
      {"0.0.0.0:443", "0.0.0.0:443"},
      {"127.0.0.1:80", "127.0.0.1:80"},
      {"127.0.0.1", "127.0.0.1:80"},
      {"[::]:443", "[::]:443"},
      {"[0:0::0]:443", "[::]:443"},
      {"[2001:DB8:0::1]", "[2001:db8::1]:80"},
      {"localhost:80", "localhost:80"},
      {"localhost", "localhost:80"},
      {"80}", "80}:80"},
      {"unix:/run/x.sock", "unix:/run/x.sock"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.written);
    const auto parsed = ask({c.written});
    REQUIRE(parsed);
    REQUIRE(parsed->listens.size() == 1);
    CHECK(parsed->listens[0].canonical() == c.canonical);
  }
}

TEST_CASE("listen: a port range becomes one listen per port") {
  for (const std::string address : {"", "*:", "127.0.0.1:", "[::1]:"}) {
    const auto parsed = ask({address + "8080-8082 ssl"});
    REQUIRE(parsed);
    REQUIRE(parsed->listens.size() == 3);
    CHECK(parsed->listens[0].port == 8080);
    CHECK(parsed->listens[2].port == 8082);
    CHECK(parsed->listens[2].ssl);
  }
}

TEST_CASE("listen: flags are read, and all other parameters of nginx pass") {
  const auto parsed = ask({"443 ssl default_server http2 proxy_protocol"});
  REQUIRE(parsed);
  CHECK(parsed->listens[0].ssl);
  CHECK(parsed->listens[0].default_server);
  CHECK_FALSE(parsed->listens[0].quic);
  CHECK_FALSE(parsed->sets_socket_options);
  CHECK(ask({"443 default"})->listens[0].default_server);
  CHECK(ask({"443 quic"})->listens[0].quic);
  CHECK(ask({"443 quic"})->listens[0].transport == Transport::kUdp);
  CHECK(ask({"53 udp", Module::kStream})->listens[0].transport == Transport::kUdp);
  CHECK(ask({"443 ssl"})->listens[0].transport == Transport::kTcp);
  for (const std::string option :
       {"bind", "deferred", "reuseport", "ipv6only=on", "ipv6only=off", "backlog=511", "rcvbuf=8k",
        "sndbuf=1M", "multipath", "fastopen=0", "so_keepalive=on", "so_keepalive=off",
        "so_keepalive=30m::10"}) {
    CAPTURE(option);
    const auto with = ask({"80 " + option});
    REQUIRE(with);
    CHECK(with->sets_socket_options);
  }
}

TEST_CASE("listen: what nginx refuses is refused in its words") {
  struct Case {
    Asked asked;
    std::string message;
  };
  const auto of = [](const std::string& why, const std::string& url) {
    return why + " in \"" + url + "\" of the \"listen\" directive";
  };
  const auto both = [](const std::string& name, const std::string& transport) {
    return "\"listen\" directive \"" + name + "\" parameter is incompatible with \"" + transport +
           "\"";
  };
  const Version old{1, 22, 1};
  const std::vector<Case> cases{
      {{"0"}, of("invalid port", "0")},
      {{"65536"}, of("invalid port", "65536")},
      {{"127.0.0.1:x"}, of("invalid port", "127.0.0.1:x")},
      {{"127.0.0.1:"}, of("invalid port", "127.0.0.1:")},
      {{"90-80"}, of("invalid port range", "90-80")},
      {{":80"}, of("no host", ":80")},
      {{"''"}, of("no host", "")},
      {{"a/b"}, of("invalid host", "a/b")},
      {{"[::1"}, of("invalid host", "[::1")},
      {{"[::1]80"}, of("invalid host", "[::1]80")},
      {{"[]:80"}, of("no host", "[]:80")},
      {{"[1.2.3]:80"}, of("invalid IPv6 address", "[1.2.3]:80")},
      {{"unix:"}, of("no path in the unix domain socket", "unix:")},
      {{"unix:/" + std::string(107, 'a')},
       of("too long path in the unix domain socket", "unix:/" + std::string(107, 'a'))},
      {{"localhost", Module::kStream}, of("no port", "localhost")},
      {{"80 spdy"}, "invalid parameter \"spdy\""},
      {{"80 SSL"}, "invalid parameter \"SSL\""},
      {{"80 quic", Module::kHttp, old}, "invalid parameter \"quic\""},
      {{"80 quic ssl"}, both("ssl", "quic")},
      {{"80 quic ssl backlog=9"}, both("backlog", "quic")},
      {{"80 quic http2"}, both("http2", "quic")},
      {{"80 quic so_keepalive=off"}, both("so_keepalive", "quic")},
      {{"80 ssl udp", Module::kStream, old}, both("ssl", "udp")},
      {{"80 udp proxy_protocol fastopen=1", Module::kStream, old}, both("proxy_protocol", "udp")},
      {{"80 udp proxy_protocol fastopen=1", Module::kStream}, both("fastopen", "udp")},
      {{"80 default_server", Module::kStream, old}, "the invalid \"default_server\" parameter"},
      {{"80 deferred", Module::kStream, old}, "the invalid \"deferred\" parameter"},
      {{"80 reuseport", Module::kMail}, "invalid parameter \"reuseport\""},
      {{"80 fastopen=1", Module::kMail}, "invalid parameter \"fastopen=1\""},
      {{"80 fastopen=1", Module::kStream, {1, 20, 2}}, "the invalid \"fastopen=1\" parameter"},
      {{"80 multipath", Module::kHttp, old}, "invalid parameter \"multipath\""},
      {{"80 udp"}, "invalid parameter \"udp\""},
      {{"80 backlog=0"}, "invalid backlog \"backlog=0\""},
      {{"80 rcvbuf=x"}, "invalid rcvbuf \"rcvbuf=x\""},
      {{"80 fastopen="}, "invalid fastopen \"fastopen=\""},
      {{"80 ipv6only=x"}, "invalid ipv6only flags \"x\""},
      {{"80 so_keepalive=x"}, "invalid so_keepalive value: \"x\""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.asked.arguments);
    const auto parsed = ask(c.asked);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message == c.message);
  }
}

}  // namespace mtls::config
