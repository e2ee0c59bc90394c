// The directives of trust that ssl_conf_command overrides (R3.6), judged by real nginx.
#include <catch2/catch.hpp>

#include <string>

#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

TEST_CASE("conf override: VerifyCAFile replaces the store, and the checks that ssl_crl asked for") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted ours = authority("CN=Ours");
  const Minted theirs = authority("CN=Theirs");
  const Minted more = authority("CN=More");
  const Minted revoked = leaf(&theirs);
  bench.file("bundle.pem", ours.certificate_pem);
  bench.file("theirs.pem", theirs.certificate_pem);
  bench.file("more.pem", more.certificate_pem);
  bench.file("list.crl", mint_crl(crl_of(ours)) + mint_crl(crl_of(theirs, {&revoked})));
  const std::string command = kOn + kBundle + "ssl_conf_command ";
  bench.server({.name = "replaced", .directives = command + "VerifyCAFile theirs.pem;"});
  bench.server({.name = "lower-case", .directives = command + "verifycafile theirs.pem;"});
  bench.server({.name = "two",
                .directives = command + "VerifyCAFile theirs.pem; ssl_conf_command VerifyCAFile "
                                        "more.pem;"});
  bench.server(
      {.name = "trusted-too",
       .directives = command + "VerifyCAFile theirs.pem; ssl_trusted_certificate more.pem;"});
  bench.server(
      {.name = "crl-lost", .directives = command + "VerifyCAFile theirs.pem; ssl_crl list.crl;"});
  bench.server({.name = "forgiving",
                .directives = kOptionalNoCa + "ssl_conf_command VerifyCAFile theirs.pem;"});
  bench.client("ours", leaf(&ours));
  bench.client("theirs", leaf(&theirs));
  bench.client("more", leaf(&more));
  bench.client("revoked", revoked);

  bench.check({
      {.server = "replaced", .client = "ours", .status = 400, .code = 21},
      {.server = "replaced", .client = "theirs"},
      {.server = "lower-case", .client = "ours", .status = 400, .code = 21},
      {.server = "lower-case", .client = "theirs"},
      {.server = "two", .client = "theirs"},
      {.server = "two", .client = "more"},
      {.server = "trusted-too", .client = "more", .status = 400, .code = 21},
      {.server = "crl-lost", .client = "revoked"},
      {.server = "forgiving", .client = "ours"},
      {.server = "forgiving", .client = "theirs"},
  });
}

TEST_CASE("conf override: ClientCAFile gives names only where nginx has none") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted ours = authority("CN=Ours");
  const Minted theirs = authority("CN=Theirs");
  bench.file("bundle.pem", ours.certificate_pem);
  bench.file("theirs.pem", theirs.certificate_pem + theirs.certificate_pem + ours.certificate_pem);
  bench.file("more.pem", theirs.certificate_pem + authority("CN=More").certificate_pem);
  const std::string client = "ssl_conf_command ClientCAFile theirs.pem; ";
  bench.server({.name = "list-stands", .directives = kOn + kBundle + client});
  bench.server({.name = "no-list", .directives = kOptionalNoCa + client});
  bench.server(
      {.name = "both-commands",
       .directives = kOptionalNoCa + client + "ssl_conf_command RequestCAFile more.pem; "});
  bench.client("theirs", leaf(&theirs));

  bench.check({
      {.server = "list-stands", .client = "theirs", .status = 400, .code = 21},
      {.server = "no-list", .client = "theirs"},
  });
  CHECK(bench.ca_names_sent("list-stands") == 1);
  CHECK(bench.ca_names_sent("no-list") == 2);
  CHECK(bench.ca_names_sent("both-commands") == 3);
}

TEST_CASE("conf override: VerifyMode asks for a certificate, or no longer asks") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  bench.file("bundle.pem", root.certificate_pem);
  const std::string mode = "ssl_conf_command VerifyMode ";
  bench.server({.name = "withdrawn", .directives = kOptional + kBundle + mode + "-Peer;"});
  bench.server({.name = "withdrawn-on", .directives = kOn + kBundle + mode + "-Require;"});
  bench.server({.name = "once", .directives = kOn + kBundle + mode + "Once,Request;"});
  // The default server's context judges, and it asks although its directives do not.
  const auto port = free_port();
  bench.server({.name = "asking-default",
                .directives = "ssl_trusted_certificate bundle.pem; " + mode + "Request;",
                .port = port});
  bench.server(
      {.name = "behind", .directives = kOn + kBundle, .port = port, .own_certificate = false});
  bench.client("good", leaf(&root));
  bench.client("stranger", leaf(nullptr));

  bench.check({
      {.server = "withdrawn", .client = "stranger"},
      {.server = "withdrawn-on", .client = "good", .status = 400},
      {.server = "once", .client = "good"},
      {.server = "once", .client = "stranger", .status = 400, .code = 18},
      {.server = "asking-default", .client = "stranger"},
      {.server = "behind", .client = "good"},
      {.server = "behind", .client = "stranger", .status = 400, .code = 18},
  });
}

TEST_CASE("conf override: VerifyMode Require turns clients without a certificate away") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  bench.file("bundle.pem", root.certificate_pem);
  const std::string mode = "ssl_conf_command VerifyMode ";
  const std::string asking = kOptional + kBundle;
  bench.server({.name = "required", .directives = asking + mode + "Require;"});
  bench.server({.name = "peer-too", .directives = asking + mode + "Require,Peer;"});
  bench.server({.name = "taken-back", .directives = asking + mode + "Require,-Require;"});
  bench.server({.name = "not-asked", .directives = asking + mode + "Require,-Peer;"});
  bench.server({.name = "required-on", .directives = kOn + kBundle + mode + "Require;"});
  bench.client("good", leaf(&root));
  bench.client("stranger", leaf(nullptr));

  bench.check({
      {.server = "required", .client = "good"},
      {.server = "required", .client = "stranger", .status = 400, .code = 18},
      {.server = "required", .client = "nobody", .status = 0},
      {.server = "peer-too", .client = "nobody", .status = 0},
      {.server = "taken-back", .client = "nobody"},
      {.server = "not-asked", .client = "nobody"},
      {.server = "required-on", .client = "nobody", .status = 0},
  });
}

TEST_CASE("conf override: clients without SNI are turned away only by the default server") {
  if (nginx_is_missing()) return;
  Bench bench;
  bench.file("bundle.pem", authority("CN=Root").certificate_pem);
  const auto port = free_port();
  const auto closed = free_port();
  const auto any = free_port();
  const std::string require = kOptional + kBundle + "ssl_conf_command VerifyMode Require;";
  bench.server({.name = "default", .directives = kOptional + kBundle, .port = port});
  bench.server({.name = "required", .directives = require, .port = port});
  bench.server({.name = "nobody", .directives = "ssl_reject_handshake on;", .port = closed});
  bench.server({.name = "behind-wall", .directives = require, .port = closed});
  bench.server({.name = "any-ca",
                .directives = kOptionalNoCa + "ssl_conf_command VerifyMode Require;",
                .port = any});
  bench.start();

  const auto snapshot = bench.evaluate();
  CHECK(request({.port = port, .sni = "required", .host = "required"}).status == 0);
  CHECK(request({.port = port, .host = "required"}).status == 200);
  CHECK(snapshot->servers[1]->enforced == false);
  CHECK(request({.port = closed, .host = "behind-wall"}).status == 0);
  CHECK(request({.port = closed, .sni = "behind-wall", .host = "behind-wall"}).status == 0);
  CHECK(snapshot->servers[3]->enforced == true);
  const Minted stranger = leaf(nullptr);
  CHECK(request({.port = any, .host = "any-ca"}).status == 0);
  CHECK(request({.port = any,
                 .host = "any-ca",
                 .client_chain_pem = stranger.certificate_pem,
                 .client_key_pem = stranger.key_pem})
            .status == 200);
  CHECK(snapshot->servers[4]->enforced == false);
}

}  // namespace
}  // namespace mtls::testing
