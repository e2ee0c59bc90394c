#include "config/tls/runtime_path.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

using Texts = std::vector<std::string>;

const std::string kMain = "/etc/nginx/nginx.conf";

tls::RuntimePaths paths_of(const std::string& http) {
  const auto parsed = syntax::parse("http {\n" + http + "\n}", base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  static const NginxBuild kBuild{.version = {1, 22, 1}};
  return {syntax::Document{parsed.directives, {}, {kMain}}, kMain, kBuild};
}

Texts followed(const FileRef& file) {
  const auto* path = std::get_if<RuntimePath>(&file);
  return path == nullptr ? Texts{"static"} : path->followed;
}

Texts by_handshake(const std::string& http, const std::string& text) {
  return followed(
      paths_of(http).server_side(text, tls::CertificatePart::kCertificate, Module::kHttp));
}

Texts by_request(const std::string& http, const std::string& text) {
  const auto file =
      paths_of(http).upstream_side(text, tls::CertificatePart::kCertificate, Module::kHttp);
  return file ? followed(*file) : Texts{"none"};
}

const std::string kMap = "map $ssl_server_name $cert { default d.pem; a.test /a.pem; }";

std::string map_of(int values) {
  std::string text = "map $host $cert {";
  for (int i = 0; i < values; ++i)
    text += " k" + std::to_string(i) + " v" + std::to_string(i) + ";";
  return text + " }";
}

}  // namespace

TEST_CASE("runtime path: the values of a literal map are followed") {
  struct Case {
    std::string http;
    std::string text;
    Texts expected;
  };
  const std::vector<Case> cases{
      {kMap, "$cert", {"/a.pem", "/etc/nginx/d.pem"}},
      {kMap, "${cert}", {"/a.pem", "/etc/nginx/d.pem"}},
      {kMap, "$CERT", {"/a.pem", "/etc/nginx/d.pem"}},
      {"map $host $cert { hostnames; *.a.test x; ~^b(?<y>.) x; }", "$cert", {"/etc/nginx/x"}},
      {"map $host $n { default a; b b; }",
       "certs/$n.pem",
       {"/etc/nginx/certs/a.pem", "/etc/nginx/certs/b.pem"}},
      {"map $host $n { default a; }", "certs/${n}x", {"/etc/nginx/certs/ax"}},
      {"map $host $cert { default ''; a data:xyz; b b.pem; }", "$cert", {"/etc/nginx/b.pem"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.http, c.text);
    CHECK(by_handshake(c.http, c.text) == c.expected);
    CHECK(by_request(c.http, c.text) == c.expected);
  }
}

TEST_CASE("runtime path: what nobody can list stays known at run time only") {
  struct Case {
    std::string http;
    std::string text = "$cert";
  };
  const std::vector<Case> cases{
      {"", "$ssl_server_name.pem"},
      {"map $host $cert { default $host.pem; a a.pem; }"},
      {"map $host $cert { volatile; default a.pem; }"},
      {kMap + kMap},
      {kMap + "server { set $cert x; }"},
      {kMap + "geo $remote_addr $cert { default x; }"},
      {kMap + "server { location ~ ^/(?<cert>.+)$ { } }"},
      {kMap + "map $host $other { ~(?<cert>.) x; }"},
      {kMap, "$cert$cert"},
      {kMap, "$certificate"},
      {kMap, "${cert"},
      {map_of(1001)},
  };
  for (const Case& c : cases) {
    CAPTURE(c.http, c.text);
    CHECK(by_handshake(c.http, c.text).empty());
  }
  CHECK(by_handshake(map_of(1000), "$cert").size() == 1000);
}

TEST_CASE("runtime path: a variable of set has a value in requests, and none in a handshake") {
  const std::string once = "server { set $cert a.pem; }";
  CHECK(by_handshake(once, "$cert").empty());
  CHECK(by_request(once, "$cert") == Texts{"/etc/nginx/a.pem"});
  CHECK(by_request("server { set $cert a.pem; set $cert b.pem; }", "$cert").empty());
  CHECK(by_request("server { set $cert $host; }", "$cert").empty());
  CHECK(by_request(once + "server { location / { content_by_lua 'x'; } }", "$cert").empty());
  CHECK(by_request(once + "js_set $x f;", "$cert").empty());
}

TEST_CASE("runtime path: a map belongs to the module it stands in") {
  const tls::RuntimePaths paths = paths_of(kMap);
  const auto part = tls::CertificatePart::kCertificate;
  CHECK(followed(paths.server_side("$cert", part, Module::kStream)).empty());
  CHECK(followed(paths.server_side("$cert", part, Module::kMail)) == Texts{"static"});
}

TEST_CASE("runtime path: an upstream's empty certificate is none, but from 1.21.0 to 1.22.1") {
  struct Case {
    Version version;
    std::string text;
    std::optional<FileRef> expected;
  };
  const std::vector<Case> cases{
      {{1, 20, 2}, "", std::nullopt},
      {{1, 21, 0}, "", StaticPath{"/etc/nginx/"}},
      {{1, 22, 1}, "", StaticPath{"/etc/nginx/"}},
      {{1, 23, 0}, "", std::nullopt},
      {{1, 20, 2}, "$x", StaticPath{"/etc/nginx/$x"}},
      {{1, 21, 0}, "$x", RuntimePath{"$x"}},
      {{1, 20, 2}, "data:x", RuntimePath{"data:x"}},
      {{1, 28, 0}, "store:x", StaticPath{"/etc/nginx/store:x"}},
      {{1, 29, 0}, "store:x", RuntimePath{"store:x"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text, to_string(c.version));
    const NginxBuild build{.version = c.version};
    const tls::RuntimePaths paths(syntax::Document{}, kMain, build);
    CHECK(paths.upstream_side(c.text, tls::CertificatePart::kKey, Module::kHttp) == c.expected);
  }
}

}  // namespace mtls::config
