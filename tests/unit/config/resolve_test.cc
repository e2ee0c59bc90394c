#include "config/resolve.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

using Texts = std::vector<std::string>;
using Files = std::vector<NamedFile>;

constexpr Version kOld{1, 22, 1};
constexpr Version kNew{1, 31, 0};

ResolvedConfig resolved(const std::string& text, Version version = kOld) {
  const auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  return resolve(document, document.files[0], NginxBuild{.version = version});
}

ResolvedConfig in_http(const std::string& text, Version version = kOld) {
  return resolved("http {\n" + text + "\n}", version);
}

TlsContext server(const std::string& text, Version version = kOld) {
  return in_http("server {\n" + text + "\n}", version).servers.at(0);
}

Texts said(const ResolvedConfig& config) {
  Texts out;
  for (const syntax::Diagnostic& diagnostic : config.diagnostics) {
    out.push_back(diagnostic.message);
    if (diagnostic.at) out.back() += " @" + std::to_string(diagnostic.at->line);
  }
  return out;
}

FileRef file(const std::string& path) { return StaticPath{path}; }
FileRef runtime(const std::string& text) { return RuntimePath{text}; }

}  // namespace

TEST_CASE("resolve: without directives everything has nginx's default") {
  const TlsContext context = server("");
  CHECK(context.verify_client == Setting<VerifyClient>{});
  CHECK(context.verify_depth.value == 1);
  CHECK(context.ciphers.value == "HIGH:!aNULL:!MD5");
  CHECK_FALSE(context.client_certificate.value);
  CHECK(context.id == ContextId{Module::kHttp, "", "0.0.0.0:80"});
  CHECK_FALSE(context.has_context);
  CHECK_FALSE(context.on_tls_socket);
}

TEST_CASE("resolve: each directive inherits on its own, wherever it stands around the server") {
  const auto config = in_http(
      "ssl_verify_depth 3; ssl_crl a.crl;\n"
      "server { ssl_crl b.crl; }\n"
      "ssl_verify_client optional;");
  const TlsContext& context = config.servers.at(0);
  CHECK(context.verify_depth.value == 3);
  CHECK(context.verify_depth.provenance == Provenance::kInherited);
  CHECK(context.verify_depth.at->line == 2);
  CHECK(context.verify_client.value == VerifyClient::kOptional);
  CHECK(context.crl.value == file("/etc/nginx/b.crl"));
  CHECK(context.crl.provenance == Provenance::kLocal);
  CHECK(context.crl.at->line == 3);
  CHECK(context.client_certificate.provenance == Provenance::kDefault);
}

TEST_CASE("resolve: lists of the server replace inherited ones and are never joined with them") {
  const auto config = in_http(
      "ssl_certificate h.pem; ssl_certificate_key h.key; ssl_conf_command MaxProtocol TLSv1.2;\n"
      "server { ssl_certificate a.pem; ssl_certificate b.pem; ssl_certificate_key a.key;\n"
      " ssl_certificate_key b.key; ssl_conf_command Options X; }\n"
      "server { }");
  const TlsContext& own = config.servers.at(0);
  CHECK(own.certificates.value == Files{{file("/etc/nginx/a.pem")}, {file("/etc/nginx/b.pem")}});
  CHECK(own.certificate_keys.value.size() == 2);
  CHECK(own.conf_commands.value == ConfCommands{{"Options", "X"}});
  const TlsContext& inheriting = config.servers.at(1);
  CHECK(inheriting.certificates.value == Files{{file("/etc/nginx/h.pem")}});
  CHECK(inheriting.certificates.provenance == Provenance::kInherited);
}

TEST_CASE("resolve: an empty file name is set, and cancels the inherited file") {
  for (const std::string name : {"ssl_client_certificate", "ssl_trusted_certificate", "ssl_crl"}) {
    const auto config = in_http(name + " a;\nserver { " + name + " \"\"; }");
    const TlsContext& context = config.servers.at(0);
    const auto& setting = name == "ssl_crl"                  ? context.crl
                          : name == "ssl_client_certificate" ? context.client_certificate
                                                             : context.trusted_certificate;
    CHECK_FALSE(setting.value);
    CHECK(setting.provenance == Provenance::kLocal);
  }
}

TEST_CASE(
    "resolve: directive and version decide which file names are known only at the handshake") {
  struct Case {
    std::string directive;
    Version version;
    FileRef expected;
  };
  const std::vector<Case> cases{
      {"ssl_certificate x.pem", kOld, file("/etc/nginx/x.pem")},
      {"ssl_certificate /x.pem", kOld, file("/x.pem")},
      {"ssl_certificate $ssl_server_name.pem", kOld, runtime("$ssl_server_name.pem")},
      {"ssl_certificate $a", {1, 15, 8}, file("/etc/nginx/$a")},
      {"ssl_certificate data:$x", kOld, runtime("data:$x")},
      {"ssl_certificate data:x", {1, 15, 9}, file("/etc/nginx/data:x")},
      {"ssl_certificate engine:a:b", kNew, file("/etc/nginx/engine:a:b")},
      {"ssl_certificate_key engine:a:b", kOld, runtime("engine:a:b")},
      {"ssl_certificate_key store:x", kOld, file("/etc/nginx/store:x")},
      {"ssl_certificate_key store:x", {1, 29, 0}, runtime("store:x")},
      {"ssl_client_certificate $x", kNew, file("/etc/nginx/$x")},
      {"ssl_client_certificate data:x", kNew, file("/etc/nginx/data:x")},
  };
  for (const Case& c : cases) {
    CAPTURE(c.directive);
    const TlsContext context = server(c.directive + ";", c.version);
    Files all = context.certificates.value;
    for (const NamedFile& key : context.certificate_keys.value) all.push_back(key);
    if (context.client_certificate.value) all.push_back({*context.client_certificate.value});
    CHECK(all == Files{{c.expected}});
  }
}

TEST_CASE("resolve: enums, flags and numbers are read as nginx reads them") {
  CHECK(server("ssl_verify_client ON;").verify_client.value == VerifyClient::kOn);
  CHECK(server("ssl_verify_client optional_no_ca;").verify_client.value ==
        VerifyClient::kOptionalNoCa);
  CHECK(server("ssl_verify_client off;").verify_client.provenance == Provenance::kLocal);
  CHECK(server("ssl_verify_depth 0;").verify_depth.value == 0);
  CHECK(server("ssl_verify_depth 999999999999;").verify_depth.value == -727379969);
  CHECK(server("ssl_reject_handshake On;").reject_handshake.value);
}

TEST_CASE("resolve: what nginx refuses is a diagnostic at its line, and the rest still counts") {
  struct Case {
    std::string text;  // line 2, inside server
    Texts expected;
  };
  const std::vector<Case> cases{
      {"ssl_verify_client yes;", {"invalid value \"yes\" @3"}},
      {"ssl_verify_client 'off on';", {"invalid value \"off on\" @3"}},
      {"ssl_verify_depth -1;", {"\"ssl_verify_depth\" directive invalid number @3"}},
      {"ssl_verify_depth 9223372036854775808;",
       {"\"ssl_verify_depth\" directive invalid number @3"}},
      {"ssl_reject_handshake 1;",
       {"invalid value \"1\" in \"ssl_reject_handshake\" directive, it must be \"on\" or \"off\" "
        "@3"}},
      {"ssl_verify_client on;\nssl_verify_client\noff;",
       {"\"ssl_verify_client\" directive is duplicate @5"}},
      {"ssl_crl '';\nssl_crl '';", {"\"ssl_crl\" directive is duplicate @4"}},
      {"ssl_protocols TLSv1.2; ssl_protocols TLSv1.3 tlsv1.2;", {}},
      {"ssl_protocols TLSv9;", {"invalid value \"TLSv9\" @3"}},
      {"ssl_crl;", {"invalid number of arguments in \"ssl_crl\" directive @3"}},
      {"ssl_crl a b;", {"invalid number of arguments in \"ssl_crl\" directive @3"}},
      {"location / { if ($a) { ssl_verify_client on; } }",
       {"\"ssl_verify_client\" directive is not allowed here @3"}},
      {"http2 on;", {"unknown directive \"http2\" @3"}},
      {"ssl_alpn a;", {"\"ssl_alpn\" directive is not allowed here @3"}},
      {"listen 80; listen 80;", {"a duplicate listen 0.0.0.0:80 @3"}},
      {"listen x y;", {"invalid parameter \"y\" @3"}},
      {"server_name *x a;", {"server name \"*x\" is invalid @3"}},
      {"server_name ~;", {"empty regex in server name \"~\" @3"}},
      {"zork ssl_verify_client on; zork { ssl_crl; }", {}},
      {"types { ssl_crl a b; }", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto config = in_http("server {\n" + c.text + "\nssl_ciphers X; }");
    CHECK(said(config) == c.expected);
    CHECK(config.servers.at(0).ciphers.value == "X");
  }
}

TEST_CASE("resolve: a directive of another release is unknown, and a wrong context stays wrong") {
  CHECK(said(in_http("ssl on;", {1, 25, 1})) == Texts{"unknown directive \"ssl\" @2"});
  CHECK(said(in_http("http2 on;", {1, 25, 1})).empty());
  CHECK(said(in_http("listen 80;")) == Texts{"\"listen\" directive is not allowed here @2"});
  CHECK(said(resolved("ssl_crl x;")) == Texts{"\"ssl_crl\" directive is not allowed here @1"});
  const std::string stream = "stream { ssl_reject_handshake on; }";
  CHECK(said(resolved(stream, kOld)).size() == 1);
  CHECK(said(resolved(stream, kNew)).empty());
}

TEST_CASE("resolve: the name in the id is the one that nginx logs") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {".Example.com", "example.com"},
      {"*.Ex.org b", "*.ex.org"},
      {"~^X(.*)$", "~^X(.*)$"},
      {"$HOSTNAME", "$hostname"},
      {"''", ""},
      {"'' second.x", ""},
      {"www.ex.*", "www.ex.*"},
      {"_", "_"},
  };
  for (const auto& [written, expected] : cases) {
    CAPTURE(written);
    CHECK(server("server_name " + written + ";").id.server == expected);
  }
  CHECK(server("server_name a B; server_name '' .c;").server_names == Texts{"a", "b", "", ".c"});
}

TEST_CASE(
    "resolve: one ssl flag on an address applies to all its servers, and the first is the "
    "default") {
  const auto config = in_http(
      "server { listen 443; server_name a; }\n"
      "server { listen *:443 ssl; listen 127.0.0.1:443; server_name b; }\n"
      "server { listen 127.0.0.1:443 default; server_name c; }");
  REQUIRE(config.sockets.size() == 2);
  CHECK(config.sockets[0] ==
        Socket{Module::kHttp, "0.0.0.0:443", true, {0, 1}, 0, Transport::kTcp, 0, 1});
  CHECK(config.sockets[1] ==
        Socket{Module::kHttp, "127.0.0.1:443", false, {1, 2}, 2, Transport::kTcp, 1, 0});
  CHECK(config.servers[0].on_tls_socket);
  CHECK(config.servers[1].on_tls_socket);
  CHECK_FALSE(config.servers[2].on_tls_socket);
  CHECK(config.socket(Module::kHttp, "127.0.0.1:443") == &config.sockets[1]);
  CHECK(config.socket(Module::kStream, "127.0.0.1:443") == nullptr);
}

TEST_CASE("resolve: addresses, default servers and socket options may not occur twice") {
  CHECK(said(in_http("server { listen 80 default; }\nserver { listen *:80 default_server; }")) ==
        Texts{"a duplicate default server for 0.0.0.0:80 @3"});
  CHECK(said(in_http("server { listen 80 bind; }\nserver { listen 80 backlog=9; }")) ==
        Texts{"duplicate listen options for 0.0.0.0:80 @3"});
  CHECK(said(in_http("server { listen 80-82; }\nserver { listen 81; listen 81; }")) ==
        Texts{"a duplicate listen 0.0.0.0:81 @3"});
  CHECK(said(in_http("server { }\nserver { }")).empty());
}

TEST_CASE("resolve: quic and TCP on one address are two sockets, and quic alone is TLS") {
  const auto config = in_http(
      "server { listen 443 ssl; listen 443 quic; listen 8443 quic; "
      "ssl_reject_handshake on; }",
      kNew);
  CHECK(said(config).empty());
  REQUIRE(config.sockets.size() == 3);
  CHECK(config.sockets[1].transport == Transport::kUdp);
  CHECK(config.sockets[2].ssl);
  CHECK(config.servers[0].on_tls_socket);
}

TEST_CASE("resolve: ssl on counts for an address when its default server has it, before 1.25.1") {
  const std::string first = "server { listen 1; ssl on; ssl_reject_handshake on; }\n";
  const std::string second = "server { listen 1; }";
  CHECK(in_http(first + second).sockets[0].ssl);
  CHECK(in_http("ssl on; ssl_reject_handshake on;" + second).sockets[0].ssl);
  CHECK_FALSE(in_http(second + first).sockets[0].ssl);
  CHECK_FALSE(in_http(first + second, kNew).sockets[0].ssl);
}

TEST_CASE("resolve: a certificate or reject_handshake makes a context, a listen does not") {
  CHECK_FALSE(server("listen 1 ssl; ssl_verify_client on;").has_context);
  CHECK(server("listen 1; ssl_certificate x;").has_context);
  CHECK(server("listen 1; ssl_reject_handshake on;").has_context);
  CHECK_FALSE(server("ssl_reject_handshake off;").has_context);
}

TEST_CASE("resolve: complaints of the merge have no line") {
  const std::string no_ca = "no ssl_client_certificate for ssl_verify_client";
  const std::string no_ca_new =
      "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client";
  const std::string no_certificate =
      "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in "
      "/etc/nginx/nginx.conf:";
  struct Case {
    std::string text;
    Texts old_says;
    Texts new_says;
  };
  const std::string reject = "ssl_reject_handshake on; ";
  const std::vector<Case> cases{
      {"server { " + reject + "ssl_verify_client on; }", {no_ca}, {no_ca_new}},
      {"server { " + reject + "ssl_verify_client optional; ssl_trusted_certificate x; }",
       {no_ca},
       {}},
      {"server { " + reject + "ssl_verify_client optional_no_ca; }", {}, {}},
      {"server { ssl_verify_client on; }", {}, {}},
      {"server { listen 1 ssl; }", {no_certificate + "2"}, {no_certificate + "2"}},
      {"server { listen 1 ssl; " + reject + "}\nserver { listen 1; }",
       {no_certificate + "3"},
       {no_certificate + "3"}},
      {"server { ssl_certificate x; }",
       {"no \"ssl_certificate_key\" is defined for certificate \"x\""},
       {"no \"ssl_certificate_key\" is defined for certificate \"x\""}},
      {"server { ssl_certificate x; ssl_certificate_key x; ssl_certificate_key y; }", {}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(said(in_http(c.text, kOld)) == c.old_says);
    CHECK(said(in_http(c.text, kNew)) == c.new_says);
  }
}

TEST_CASE("resolve: the security level comes from ssl_ciphers or a CipherString command") {
  CHECK(server("").security_level() == std::nullopt);
  CHECK(server("ssl_ciphers HIGH:@SECLEVEL=1;").security_level() == 1);
  CHECK(server("ssl_ciphers @SECLEVEL=0:HIGH; ssl_conf_command CipherString X@SECLEVEL=3;")
            .security_level() == 3);
  CHECK(server("ssl_ciphers @SECLEVEL=0:HIGH; ssl_conf_command CipherString HIGH;")
            .security_level() == 0);
  CHECK(server("ssl_conf_command Options @SECLEVEL=2;").security_level() == std::nullopt);
  CHECK(server("ssl_ciphers HIGH:@SECLEVEL=;").security_level() == std::nullopt);
}

TEST_CASE("resolve: the TLS owner is the server its name selects, or the default server") {
  const std::string c = "ssl_certificate x; ssl_certificate_key x; ";
  const auto config = in_http("server { listen 1 ssl; server_name d; " + c +
                              "}\n"  // 0 default
                              "server { listen 1; server_name a; " +
                              c +
                              "}\n"                                    // 1 own context
                              "server { listen 1; server_name b; }\n"  // 2 borrows the default's
                              "server { listen 1; server_name a; " +
                              c +
                              "}\n"  // 3 shadowed by 1
                              "server { listen 1; server_name a e; " +
                              c +
                              "}\n"  // 4 e is its own
                              "server { listen 1; " +
                              c +
                              "}\n"  // 5 nameless: no SNI
                              "server { listen 1; server_name .a; " +
                              c +
                              "}\n"  // 6 ignored as a whole: a is taken
                              "server { listen 2; server_name a; " +
                              c +
                              "}\n"                                        // 7 plain
                              "server { listen 3 ssl; server_name a; }");  // 8 no context anywhere
  const std::vector<std::optional<std::size_t>> expected{
      0, 1, 0, 1, 4, 0, 1, std::nullopt, std::nullopt};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(config.tls_owner(i) == expected[i]);
  }
}

TEST_CASE("resolve: of servers with one name on one socket the first owns the labels") {
  const auto config = in_http(
      "server { listen 1; server_name a b; }\n"
      "server { listen 1; server_name B; }\n"
      "server { listen 2; listen 1; server_name b; }\n"
      "server { listen 1; }\n"
      "server { listen 1; server_name ''; }\n"
      "server { listen 1; server_name c; }");
  const std::vector<std::size_t> expected{0, 0, 2, 3, 3, 5};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(config.label_owner(i) == expected[i]);
  }
}

TEST_CASE("resolve: the guard of a server depends on its http block too") {
  CHECK(server("listen 1 ssl; ssl_certificate x; ssl_verify_client optional_no_ca;"
               "if ($ssl_client_verify != SUCCESS) { return 403; }")
            .guard == Guard::kComplete);
  CHECK(server("").guard == Guard::kNone);
}

TEST_CASE("resolve: stream and mail servers are named by their address") {
  const auto config = resolved(
      "stream { ssl_certificate x; ssl_certificate_key x;\n"
      "server { listen 53; }\nserver { listen 53 udp; }\nserver { listen 127.0.0.1:1 ssl; "
      "ssl_verify_client optional_no_ca; }\nserver { listen 53; } upstream u { server x; } }\n"
      "mail { server { listen 993 ssl; ssl_certificate $x; } }");
  CHECK(said(config) == Texts{"duplicate \"0.0.0.0:53\" address and port pair @5"});
  REQUIRE(config.servers.size() == 5);
  CHECK(config.servers[2].id == ContextId{Module::kStream, "127.0.0.1:1", "127.0.0.1:1"});
  CHECK(config.servers[2].has_context);
  CHECK(config.tls_owner(2) == 2);
  CHECK_FALSE(config.servers[0].has_context);
  CHECK(config.servers[4].id.module == Module::kMail);
  CHECK(config.servers[4].certificates.value == Files{{file("/etc/nginx/$x")}});
}

TEST_CASE("resolve: a partial or empty configuration does no harm") {
  for (const std::string text :
       {"", "http;", "http { server; }", "server { }", "stream { server { } }",
        "http { http { server { listen; } } }", "mail { server { } }"}) {
    CAPTURE(text);
    const auto config = resolved(text);
    for (std::size_t i = 0; i < config.servers.size(); ++i) {
      CHECK(config.label_owner(i) == i);
      CHECK_FALSE(config.tls_owner(i));
    }
    CHECK(config.servers.size() <= 1);
  }
}

}  // namespace mtls::config
