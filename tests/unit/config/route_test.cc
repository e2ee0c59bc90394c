#include "config/routing/reach.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {

std::ostream& operator<<(std::ostream& out, const routing::Route& route) {
  return out << "answer " << static_cast<int>(route.outcome) << " server " << route.server
             << " context " << (route.context ? std::to_string(*route.context) : "none")
             << (route.is_negotiated ? " by SNI" : "");
}

namespace {

using Texts = std::vector<std::string>;

constexpr Version kOld{1, 22, 1};
constexpr Version kNew{1, 31, 0};

const std::string kCertificate = "ssl_certificate x; ssl_certificate_key x; ";
const std::string kOn = kCertificate + "ssl_client_certificate ca; ssl_verify_client on; ";

ResolvedConfig resolved(const std::string& text, Version version = kOld) {
  const auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  return resolve(document, document.files[0], NginxBuild{.version = version});
}

ResolvedConfig in_http(const Texts& servers, Version version = kOld) {
  std::string text = "http {\n";
  for (const std::string& server : servers) text += "server { " + server + "}\n";
  return resolved(text + "}", version);
}

struct Probe {
  std::optional<std::string> sni;
  std::string host;
  routing::Route expected;
};

void check(const ResolvedConfig& config, const std::vector<Probe>& probes) {
  for (const Probe& probe : probes) {
    CAPTURE(probe.sni.value_or("(none)"), probe.host);
    const routing::Call call{.socket = 0, .sni = probe.sni, .host = probe.host};
    CHECK(routing::route(config, call, NginxBuild{.version = kOld}) == probe.expected);
  }
}

routing::Route served(std::size_t context, std::size_t server, bool by_sni) {
  return {.outcome = routing::RouteOutcome::kServed,
          .context = context,
          .server = server,
          .is_negotiated = by_sni};
}

}  // namespace

TEST_CASE(
    "reach: the SNI selects the judging server, the Host the enforcing one, and 421 keeps them "
    "together") {
  const auto config =
      in_http({"listen 1 ssl; server_name d; " + kOn, "listen 1; server_name n *.w; " + kOn,
               "listen 1; server_name open; " + kCertificate});
  const routing::Route misdirected{.outcome = routing::RouteOutcome::kMisdirected,
                                   .context = 1,
                                   .server = 1,
                                   .is_negotiated = true};
  check(config, {
                    {"n", "n", served(1, 1, true)},
                    {"N", "n:443", served(1, 1, true)},
                    {"n", "N.", served(1, 1, true)},
                    {"n", "d", misdirected},
                    {"n", "zzz", misdirected},  // the default server's mode counts
                    {"a.w", "a.w", served(1, 1, true)},
                    {"a.w", "b.w", misdirected},  // though the server is the same
                    {"n", "open", served(1, 2, true)},
                    {{}, "n", served(0, 1, false)},  // R3.42
                    {"zzz", "n", served(0, 1, false)},
                    {"", "n", served(0, 1, false)},
                    {"a/b", "n", served(0, 1, false)},
                    {{}, "zzz", served(0, 0, false)},
                    {"n",
                     "a b",
                     {.outcome = routing::RouteOutcome::kBadHost,
                      .context = 1,
                      .server = 1,
                      .is_negotiated = true}},
                });
}

TEST_CASE(
    "reach: a server that is alone on its address has no names, unless its pattern captures") {
  const routing::Route plain = served(0, 0, false);
  check(in_http({"listen 1 ssl; server_name a; " + kOn}), {{"a", "b", plain}, {"a", "a", plain}});
  check(in_http({"listen 1 ssl; server_name ~^a; " + kOn}), {{"a", "b", plain}});
  check(in_http({"listen 1 ssl; server_name ~^(a) x; " + kOn}),
        {{"x", "x", served(0, 0, true)},
         {"a",
          "b",
          {.outcome = routing::RouteOutcome::kMisdirected,
           .context = 0,
           .server = 0,
           .is_negotiated = true}},
         {"b", "b", plain}});
  // Of several patterns the last says whether they capture.
  check(in_http({"listen 1 ssl; server_name ~^(a) ~^b; " + kOn}), {{"a", "b", plain}});
}

TEST_CASE("reach: ssl_reject_handshake applies to the server that the SNI selects") {
  const routing::Route rejected{
      .outcome = routing::RouteOutcome::kHandshakeRejected, .context = 0, .server = 0};
  check(in_http({"listen 1 ssl; ssl_reject_handshake on; ", "listen 1; server_name n; " + kOn,
                 "listen 1; server_name gone; ssl_reject_handshake on; "}),
        {{{}, "n", rejected},
         {"zzz", "n", rejected},
         {"n", "n", served(1, 1, true)},
         {"gone",
          "n",
          {.outcome = routing::RouteOutcome::kHandshakeRejected,
           .context = 2,
           .server = 2,
           .is_negotiated = true}}});
}

TEST_CASE("reach: a server without a certificate is judged by the default server (R3.44)") {
  check(in_http({"listen 1 ssl; server_name d; " + kOn,
                 "listen 1; server_name m; ssl_verify_client on; ssl_client_certificate b; "}),
        {{"m", "m", served(0, 1, true)}, {{}, "m", served(0, 1, false)}});
}

TEST_CASE("reach: without TLS the Host alone selects") {
  check(in_http({"listen 1; server_name d; ", "listen 1; server_name n; " + kOn}),
        {{{}, "n", {.context = {}, .server = 1}}, {{}, "x", {.context = {}, .server = 0}}});
}

TEST_CASE("reach: stream has names since 1.25.5 and ignores the Host, mail has no names") {
  const std::string text = "stream { server { listen 1 ssl; " + kOn +
                           "} server { listen 1; server_name n; " + kOn +
                           "} server { listen 2 ssl; server_name n; " + kOn + "} }";
  const auto config = resolved(text, kNew);
  CHECK(config.diagnostics.empty());
  check(config, {{"n", "ignored/", served(1, 1, true)}, {{}, "n", served(0, 0, false)}});
  const auto mail = resolved("mail { server { listen 1 ssl; " + kOn + "} }");
  check(mail, {{"n", "", served(0, 0, false)}});
}

TEST_CASE(
    "reach: a connection goes to the socket of its exact address, or else to the wildcard's") {
  const auto config =
      in_http({"listen 1 ssl; server_name a; " + kOn,
               "listen 127.0.0.1:1 ssl; server_name b; " + kOn, "listen [::]:1 ssl; " + kOn});
  const auto at = [&](const std::string& address, int port) -> std::string {
    Listen listen;
    listen.address = address;
    listen.port = port;
    const auto socket = routing::socket_at(config, Module::kHttp, listen);
    return socket ? config.sockets[*socket].canonical : "nowhere";
  };
  CHECK(at("127.0.0.1", 1) == "127.0.0.1:1");
  CHECK(at("127.0.0.2", 1) == "0.0.0.0:1");
  CHECK(at("[::1]", 1) == "[::]:1");
  CHECK(at("127.0.0.1", 2) == "nowhere");
}

TEST_CASE("reach: TCP and UDP of one address are two sockets with their own default servers") {
  const auto config =
      in_http({"listen 443 ssl; server_name a; " + kOn,
               "listen 443 quic default_server; listen 443 ssl; server_name b; " + kOn,
               "listen 8443 quic; server_name c; " + kOn},
              kNew);
  REQUIRE(config.sockets.size() == 3);
  CHECK(config.socket(Module::kHttp, "0.0.0.0:443")->default_server == 0);
  CHECK(config.socket(Module::kHttp, "0.0.0.0:443", Transport::kUdp)->default_server == 1);
  CHECK(config.socket(Module::kHttp, "0.0.0.0:8443") == nullptr);
  CHECK(config.servers[2].on_tls_socket);
  CHECK(config.tls_owner(2) == 2);
  // UDP does not make the TCP socket of its address TLS.
  const auto plain = in_http({"listen 443 quic; " + kOn, "listen 443; "}, kNew);
  CHECK_FALSE(plain.servers[1].on_tls_socket);
}

TEST_CASE("reach: a name that leads elsewhere is listed with the server that has it") {
  const auto config = in_http(
      {"listen 1 ssl; server_name a; " + kOn, "listen 1; server_name b A; " + kOn,
       "listen 1; server_name .a; listen 2 ssl; " + kOn, "listen 1; server_name b b; " + kOn,
       "listen 1; " + kOn, "listen 1; server_name ''; " + kOn, "listen 3; server_name a a; "});
  const std::vector<LostName> expected{{.server = 1, .socket = 0, .name = "a", .winner = 0},
                                       {.server = 2, .socket = 0, .name = ".a", .winner = 0},
                                       {.server = 3, .socket = 0, .name = "b", .winner = 1},
                                       {.server = 3, .socket = 0, .name = "b", .winner = 1},
                                       {.server = 5, .socket = 0, .name = "", .winner = 4}};
  CHECK(config.lost_names == expected);
  CHECK(config.lost_names_of(3).size() == 2);
  CHECK(config.lost_names_of(0).empty());
}

TEST_CASE("reach: the TLS owner is that of the first TLS socket that leads to the server") {
  const auto config = in_http({"listen 80; server_name a; ",
                               "listen 80; listen 443 ssl; server_name a; " + kOn,  // 1
                               "listen 1 ssl; server_name x; " + kOn,
                               "listen 1 ssl; listen 2 ssl; server_name x; " + kOn,  // 3
                               "listen 1; server_name x; " + kOn});  // 4 unreachable
  CHECK(config.tls_owner(0) == std::nullopt);
  CHECK(config.tls_owner(1) == 1);
  CHECK(config.tls_owner(3) == 3);
  CHECK(config.tls_owner(4) == 2);
  CHECK(config.label_owner(0) == 0);
  CHECK(config.label_owner(1) == 1);
  CHECK(config.label_owner(3) == 2);  // the same labels
  CHECK(config.label_owner(4) == 2);
}

TEST_CASE("reach: two servers never own the same labels") {
  const auto config = resolved("stream { server { listen 1 udp; } server { listen 1 ssl; " + kOn +
                               "} } http { server { listen 5 ssl; server_name _; " + kOn +
                               "} server { listen 5 default_server; server_name _; " + kOn + "} }");
  CHECK(config.label_owner(0) == 0);
  CHECK(config.label_owner(1) == 1);  // the first has no series
  CHECK(config.label_owner(3) == 2);
  CHECK(config.tls_owner(3) == 3);
}

TEST_CASE("reach: an invalid name is refused, unless its server is alone on the address") {
  const auto said = [](const Texts& servers) {
    Texts messages;
    for (const auto& diagnostic : in_http(servers).diagnostics) {
      messages.push_back(diagnostic.message);
      CHECK_FALSE(diagnostic.at);
    }
    return messages;
  };
  CHECK(said({"listen 1; server_name a*b; "}).empty());
  CHECK(said({"listen 1; server_name a*b; ", "listen 1; "}) ==
        Texts{"invalid server name or wildcard \"a*b\" on 0.0.0.0:1"});
  CHECK(said({"listen 1; server_name a; ", "listen 1; server_name a; "}).empty());
}

TEST_CASE("reach: $hostname is the host's own name in lower case, if that is known") {
  const auto parsed = syntax::parse(
      "http { server { listen 1; server_name $HostName; } server { listen 1; "
      "server_name front; } }",
      base::FileId{0});
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  const auto config = resolve(document, document.files[0], NginxBuild{.hostname = "Front"});
  CHECK(config.servers[0].id.server == "front");
  CHECK(config.names.at(0).find("front") == 0);
  CHECK(config.lost_names_of(1).size() == 1);
  const auto unknown = resolve(document, document.files[0], NginxBuild{});
  CHECK(unknown.names.at(0).find("front") == 1);
}

TEST_CASE("reach: a pattern that does not compile is refused at its line") {
  const auto config = in_http({"listen 1; server_name a ~^(b; "});
  REQUIRE(config.diagnostics.size() == 1);
  CHECK(config.diagnostics[0].message ==
        "pcre2_compile() failed: missing closing parenthesis in \"^(b\"");
  CHECK(config.diagnostics[0].at->line == 2);
}

TEST_CASE("reach: among the addresses of a port the names of the wildcard are checked last") {
  const auto config = in_http({"listen 2; listen 127.0.0.1:2; listen 127.0.0.2:2 bind; ",
                               "listen 1; listen 2; listen 127.0.0.1:2; "});
  const auto rank = [&](const std::string& canonical) {
    return config.socket(Module::kHttp, canonical)->names_rank;
  };
  CHECK(rank("127.0.0.2:2") == 0);
  CHECK(rank("127.0.0.1:2") == 1);
  CHECK(rank("0.0.0.0:2") == 2);
  CHECK(rank("0.0.0.0:1") == 3);
}

TEST_CASE("reach: complaints about addresses come in the order in which nginx reads the ports") {
  const auto config = in_http({"listen 2 ssl; ", "listen 1 ssl; ", "listen 127.0.0.1:2 ssl; ",
                               "listen unix:/s ssl; ", "listen [::]:2 ssl; "});
  const auto rank = [&](const std::string& canonical) {
    return config.socket(Module::kHttp, canonical)->rank;
  };
  CHECK(rank("0.0.0.0:2") == 0);
  CHECK(rank("127.0.0.1:2") == 1);
  CHECK(rank("0.0.0.0:1") == 2);
  CHECK(rank("unix:/s") == 3);
  CHECK(rank("[::]:2") == 4);
  REQUIRE(config.diagnostics.size() == 5);
  for (const syntax::Diagnostic& diagnostic : config.diagnostics) {
    CAPTURE(diagnostic.message);
    CHECK(diagnostic.message.ends_with(":2") == (diagnostic.when.server == 1));
  }
}

TEST_CASE("reach: the default server lets clients past, if the Host can name the server") {
  const auto bypass = [](const std::string& by_default, const std::string& server) {
    const auto config = in_http({"listen 1 ssl default_server; " + by_default, server});
    return routing::default_server_bypass(config, config.reaches[1].roles.at(0), 1);
  };
  CHECK(bypass(kOn, "listen 1; server_name n; " + kOn) == 0);
  CHECK(bypass(kOn, "listen 1; server_name ~^n; " + kOn) == 0);
  CHECK(bypass("ssl_reject_handshake on; ", "listen 1; server_name n; " + kOn) == std::nullopt);
  CHECK(bypass(kCertificate + "ssl_reject_handshake on; ", "listen 1; server_name n; " + kOn) ==
        std::nullopt);
  CHECK(bypass("server_name n; " + kOn, "listen 1; server_name n; " + kOn) == std::nullopt);
  const auto config = in_http({"listen 1 ssl; " + kOn});
  CHECK(routing::default_server_bypass(config, config.reaches[0].roles.at(0), 0) == std::nullopt);
}

TEST_CASE("reach: an open sibling passes the same requests to the same backend") {
  const std::string app = "location / { proxy_pass http://app; } ";
  const auto sibling = [&](const std::string& other) {
    const auto config = in_http({"listen 1 ssl; server_name n; " + kOn + app, other});
    return routing::open_sibling(config, 0);
  };
  const std::string open = "listen 1; server_name s; " + kCertificate;
  CHECK(sibling(open + app) == 1);
  CHECK(sibling(open) == std::nullopt);
  CHECK(sibling(open + "return 301 https://n$request_uri; " + app) == std::nullopt);
  CHECK(sibling(open + "location / { return 200 ok; } ") == std::nullopt);
  CHECK(sibling(open + "location /status { proxy_pass http://app; } ") == std::nullopt);
  CHECK(sibling(open + "ssl_reject_handshake on; " + app) == std::nullopt);
  CHECK(sibling("listen 1; server_name s; " + kOn + app) == std::nullopt);
  CHECK(sibling("listen 2 ssl; server_name s; " + kCertificate + app) == std::nullopt);
  CHECK(sibling("listen 1; server_name n; " + kCertificate + app) == std::nullopt);
}

}  // namespace mtls::config
