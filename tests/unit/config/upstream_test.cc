#include "config/tls/upstream.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

using Texts = std::vector<std::string>;

ResolvedConfig resolved(const std::string& text, Version version = {1, 22, 1}) {
  const auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  return resolve(document, document.files[0], NginxBuild{.version = version});
}

ResolvedConfig in_server(const std::string& text) {
  return resolved("http { server {\n" + text + "\n} }");
}

/// The first upstream of a location that holds `text`.
UpstreamTlsContext upstream(const std::string& text, Version version = {1, 22, 1}) {
  const auto config = resolved("http { server { location / {\n" + text + "\n} } }", version);
  REQUIRE(config.upstreams.size() == 1);
  return config.upstreams[0];
}

FileRef file(const std::string& path) { return StaticPath{path}; }

}  // namespace

TEST_CASE("upstream: a pass directive has a TLS context when its URL may mean TLS") {
  struct Case {
    std::string pass;
    std::optional<SpeaksTls> expected;
  };
  const std::vector<Case> cases{
      {"proxy_pass https://a", SpeaksTls::kYes},    {"proxy_pass HTTPS://$host", SpeaksTls::kYes},
      {"proxy_pass http://a", std::nullopt},        {"proxy_pass http://$host", SpeaksTls::kNo},
      {"proxy_pass $backend", SpeaksTls::kMaybe},   {"proxy_pass $scheme://a", SpeaksTls::kMaybe},
      {"proxy_pass http$s://a", SpeaksTls::kMaybe}, {"proxy_pass httpx$s://a", SpeaksTls::kNo},
      {"grpc_pass grpcs://a", SpeaksTls::kYes},     {"grpc_pass a:1", std::nullopt},
      {"grpc_pass a:$port", SpeaksTls::kNo},        {"grpc_pass grpc$x", SpeaksTls::kMaybe},
      {"uwsgi_pass suwsgi://a:1", SpeaksTls::kYes}, {"uwsgi_pass uwsgi://a:1", std::nullopt},
      {"uwsgi_pass $x", SpeaksTls::kMaybe},
  };
  for (const Case& c : cases) {
    CAPTURE(c.pass);
    const auto config = in_server("location / { " + c.pass + "; }");
    CHECK(config.upstreams.size() == (c.expected ? 1 : 0));
    if (c.expected) CHECK(config.upstreams.at(0).speaks_tls == *c.expected);
  }
}

TEST_CASE("upstream: without a word nothing is checked, sent or presented") {
  const auto plain = upstream("proxy_pass https://a;");
  CHECK(plain.verify == Setting<bool>{});
  CHECK(plain.verify_depth.value == 1);
  CHECK_FALSE(plain.trusted_certificate.value);
  CHECK_FALSE(plain.certificate.value);
  CHECK_FALSE(plain.server_name.value);
  CHECK(plain.session_reuse.value);
  CHECK(plain.ciphers.value == "DEFAULT");
  CHECK(plain.protocols.value.text() == "TLSv1 TLSv1.1 TLSv1.2");
  CHECK(upstream("proxy_pass https://a;", {1, 23, 4}).protocols.value.text() ==
        "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3");
  CHECK(upstream("proxy_pass https://a;", {1, 27, 3}).protocols.value.text() == "TLSv1.2 TLSv1.3");
}

TEST_CASE("upstream: each directive inherits on its own through http, server and locations") {
  const auto config = resolved(
      "http { proxy_ssl_trusted_certificate h.pem; proxy_ssl_conf_command A b;\n"
      "server { proxy_ssl_verify on; proxy_ssl_verify_depth 3;\n"
      " location / { proxy_pass https://a; proxy_ssl_name x;\n"
      "  location /n { proxy_pass https://a; proxy_ssl_verify off; proxy_ssl_conf_command C d; }\n"
      "  location /m { proxy_pass https://a; if ($arg_x) { proxy_pass https://b; } } }\n"
      " location /s { proxy_pass https://a; proxy_ssl_trusted_certificate ''; } } }");
  REQUIRE(config.upstreams.size() == 5);
  const auto& outer = config.upstreams[0];
  CHECK(outer.location == "/");
  CHECK(outer.verify.value);
  CHECK(outer.verify.provenance == Provenance::kInherited);
  CHECK(outer.verify.at->line == 2);
  CHECK(outer.trusted_certificate.value == file("/etc/nginx/h.pem"));
  CHECK(outer.name == Setting<std::string>{"x", Provenance::kLocal, outer.name.at});
  const auto& nested = config.upstreams[1];
  CHECK(nested.location == "/n");
  CHECK_FALSE(nested.verify.value);
  CHECK(nested.name.value == "x");
  CHECK(nested.name.provenance == Provenance::kInherited);
  CHECK(nested.verify_depth.value == 3);
  CHECK(nested.conf_commands.value == ConfCommands{{"C", "d"}});
  CHECK(config.upstreams[2].uri == "https://a");
  const auto& inside_if = config.upstreams[3];
  CHECK(inside_if.uri == "https://b");
  CHECK(inside_if.location == "/m");
  CHECK(inside_if.name.value == "x");
  const auto& sibling = config.upstreams[4];
  CHECK_FALSE(sibling.trusted_certificate.value);
  CHECK(sibling.trusted_certificate.provenance == Provenance::kLocal);
  CHECK(sibling.name.provenance == Provenance::kDefault);
  CHECK(config.upstreams_of(0).size() == 5);
  CHECK(config.upstreams_of(1).empty());
}

TEST_CASE("upstream: each family reads its own directives") {
  const std::string all = "proxy_ssl_verify on; grpc_ssl_verify_depth 2; uwsgi_ssl_name u; ";
  const auto grpc = upstream(all + "grpc_pass grpcs://a:1;");
  CHECK_FALSE(grpc.verify.value);
  CHECK(grpc.verify_depth.value == 2);
  CHECK(grpc.checked_name == "a");
  CHECK(upstream(all + "uwsgi_pass suwsgi://a:1;").checked_name == "u");
  CHECK(upstream(all + "proxy_pass https://a;").verify.value);
}

TEST_CASE("upstream: in stream a flag means TLS, and there are two levels") {
  const auto config = resolved(
      "stream { proxy_ssl on; proxy_ssl_verify on;\n"
      "server { listen 1; proxy_pass a:2; }\n"
      "server { listen 2; proxy_pass a:2; proxy_ssl off; }\n"
      "server { listen 3; proxy_pass $b; proxy_ssl_verify off; } }");
  REQUIRE(config.upstreams.size() == 2);
  CHECK(config.upstreams[0].verify.value);
  CHECK(config.upstreams[0].checked_name == "a");
  CHECK(config.upstreams[0].location.empty());
  CHECK(config.upstreams[1].server_index == 2);
  CHECK(config.upstreams[1].speaks_tls == SpeaksTls::kYes);
  CHECK(config.upstreams[1].checked_name == std::nullopt);
}

TEST_CASE("upstream: the name checked is proxy_ssl_name or the host, without a port") {
  struct Case {
    std::string text;
    std::optional<std::string> expected;
  };
  const std::vector<Case> cases{
      {"proxy_pass https://a.test;", "a.test"},
      {"proxy_pass https://a.test:8443/x;", "a.test"},
      {"proxy_pass https://127.0.0.1;", "127.0.0.1"},
      {"proxy_pass https://[::1]:1/;", "[::1]"},
      {"proxy_pass https://unix:/s:/uri;", "/s"},
      {"proxy_pass https://a?b;", "a"},
      {"proxy_pass https://$host;", std::nullopt},
      {"proxy_pass https://$host; proxy_ssl_name b:1;", "b"},
      {"proxy_pass https://a; proxy_ssl_name $host;", std::nullopt},
      {"proxy_pass https://a; proxy_ssl_name '';", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(upstream(c.text).checked_name == c.expected);
  }
}

TEST_CASE("upstream: places with one peer, session reuse and other trust share sessions") {
  struct Case {
    std::string first;
    std::string second;
    bool shares = false;
  };
  const std::string on = "proxy_ssl_verify on; proxy_ssl_trusted_certificate a; ";
  const std::vector<Case> cases{
      {on + "proxy_pass https://b;", "proxy_pass https://b;", true},
      {on + "proxy_pass https://b;", "proxy_pass https://B:443/x;", true},
      {on + "proxy_pass https://b;", "proxy_pass https://b:444;", false},
      {on + "proxy_pass https://b;", on + "proxy_pass https://b; proxy_ssl_verify_depth 2;", true},
      {"proxy_pass https://b;", "proxy_pass https://b; proxy_ssl_verify_depth 2;", false},
      {"proxy_pass https://b;", "proxy_pass https://b; proxy_ssl_certificate c;", true},
      {on + "proxy_pass https://b;", on + "proxy_pass https://b; proxy_ssl_name x;", false},
      {on + "proxy_pass https://b;", "proxy_pass https://b; proxy_ssl_session_reuse off;", false},
      {on + "proxy_pass https://$b;", "proxy_pass https://$b;", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.first, c.second);
    const auto config =
        in_server("location /1 { " + c.first + " } location /2 { " + c.second + " }");
    REQUIRE(config.upstreams.size() == 2);
    CHECK(config.upstreams[0].shares_sessions_with == std::nullopt);
    CHECK(config.upstreams[1].shares_sessions_with.has_value() == c.shares);
  }
}

}  // namespace mtls::config
