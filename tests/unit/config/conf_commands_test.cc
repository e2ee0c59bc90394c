#include "config/tls/conf_commands.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

using Texts = std::vector<std::string>;

ResolvedConfig resolved(const std::string& inside) {
  const auto parsed = syntax::parse("http { server {\n" + inside + "\n} }", base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  return resolve(document, document.files[0], NginxBuild{.version = {1, 22, 1}});
}

ConfOverrides overrides(const std::string& inside) {
  return resolved(inside).servers.at(0).overrides;
}

ConfOverrides upstream_overrides(const std::string& inside) {
  return resolved("location / { proxy_pass https://a; " + inside + " }").upstreams.at(0).overrides;
}

Texts paths(const std::vector<NamedFile>& files) {
  Texts all;
  for (const NamedFile& named : files) all.push_back(std::get<StaticPath>(named.file).path);
  return all;
}

}  // namespace

TEST_CASE("conf commands: names are compared without case, as SSL_CONF_cmd() does") {
  for (const std::string name : {"VerifyCAFile", "verifycafile", "VERIFYCAFILE"}) {
    CHECK(paths(overrides("ssl_conf_command " + name + " a.pem;").store_files) ==
          Texts{"/etc/nginx/a.pem"});
  }
  CHECK_FALSE(overrides("ssl_conf_command VerifyCAFiles a.pem;").replaces_store());
}

TEST_CASE("conf commands: files add up, the last certificate and cipher string count") {
  const ConfOverrides all = overrides(
      "ssl_conf_command VerifyCAFile a.pem; ssl_conf_command VerifyCAFile /b.pem;\n"
      "ssl_conf_command ClientCAFile c.pem; ssl_conf_command RequestCAFile d.pem;\n"
      "ssl_conf_command Certificate e.pem; ssl_conf_command Certificate f.pem;\n"
      "ssl_conf_command CipherString HIGH@SECLEVEL=1; ssl_conf_command CipherString LOW;");
  CHECK(paths(all.store_files) == Texts{"/etc/nginx/a.pem", "/b.pem"});
  CHECK(paths(all.name_files) == Texts{"/etc/nginx/c.pem", "/etc/nginx/d.pem"});
  REQUIRE(all.certificate);
  CHECK(paths({*all.certificate}) == Texts{"/etc/nginx/f.pem"});
  CHECK(all.cipher_string == "LOW");
  CHECK(all.security_level == 1);
  CHECK_FALSE(all.store_is_open);
}

TEST_CASE("conf commands: a directory or a URI leaves the store open") {
  for (const std::string name : {"VerifyCAPath", "VerifyCAStore"}) {
    const ConfOverrides all = overrides("ssl_conf_command " + name + " x;");
    CHECK(all.store_is_open);
    CHECK(all.replaces_store());
  }
}

TEST_CASE("conf commands: VerifyMode adds to what nginx asks for, and takes away with a minus") {
  struct Row {
    std::string directives;
    bool requests;
    bool demands;
  };
  const std::vector<Row> rows{
      {"", false, false},
      {"ssl_verify_client optional_no_ca;", true, false},
      {"ssl_conf_command VerifyMode Peer;", true, false},
      {"ssl_conf_command verifymode \" request , require\";", true, true},
      {"ssl_conf_command VerifyMode Require;", true, true},
      {"ssl_verify_client optional_no_ca; ssl_conf_command VerifyMode -Peer;", false, false},
      {"ssl_conf_command VerifyMode Require,-Request;", false, false},
      {"ssl_conf_command VerifyMode Require; ssl_conf_command VerifyMode -Require;", false, false},
      {"ssl_conf_command VerifyMode Nonsense;", false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.directives);
    const ConfOverrides all = overrides(row.directives);
    CHECK(all.requests == row.requests);
    CHECK(all.demands() == row.demands);
  }
}

TEST_CASE("conf commands: a backend is verified where nginx or VerifyMode says so") {
  CHECK_FALSE(upstream_overrides("").requests);
  CHECK(upstream_overrides("proxy_ssl_conf_command VerifyMode Peer;").requests);
  CHECK(
      upstream_overrides("proxy_ssl_verify on; proxy_ssl_conf_command VerifyMode -Peer;").requests);
}

TEST_CASE("conf commands: which of them take over what the trust directives say") {
  struct Row {
    std::string command;
    bool overrides;
  };
  const std::vector<Row> rows{
      {"VerifyMode Peer", true},      {"ClientCAPath x", true},
      {"RequestCAStore x", true},     {"VERIFYCASTORE x", true},
      {"CipherString HIGH", false},   {"CipherString HIGH@SECLEVEL=0", true},
      {"Certificate x", false},       {"ChainCAFile x", false},
      {"MinProtocol TLSv1.2", false}, {"Options VerifyMode", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.command);
    const auto config = resolved("ssl_conf_command " + row.command + ";");
    CHECK(config.servers.at(0).conf_commands.value.at(0).overrides_trust == row.overrides);
  }
}

}  // namespace mtls::config
