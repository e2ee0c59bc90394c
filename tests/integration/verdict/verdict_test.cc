// Real nginx says about a client what we predict: every client of a bench visits every server of
// it. The tables hold what nginx answered when it was asked, so that agreement on nonsense shows.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

TEST_CASE("verdict: a leaf must be in date, have an issuer and be for clients") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  const Minted unknown = authority("CN=Unknown");
  bench.file("bundle.pem", root.certificate_pem);
  bench.server({.name = "on", .directives = kOn + kBundle});
  bench.server({.name = "optional", .directives = kOptional + kBundle});
  bench.server({.name = "no-ca", .directives = kOptionalNoCa + kBundle});
  bench.server({.name = "no-bundle", .directives = kOptionalNoCa});
  bench.server({.name = "off", .directives = kBundle});
  bench.client("good", leaf(&root));
  bench.client("expired", leaf(&root, expired));
  bench.client("early", leaf(&root, early));
  bench.client("stranger", leaf(&unknown));
  bench.client("stranger-with-root", leaf(&unknown), {&unknown});
  bench.client("expired-stranger", leaf(&unknown, expired));
  bench.client("self-made", leaf(nullptr));
  bench.client("server-purpose", leaf(&root, purpose("serverAuth")));
  bench.client("server-purpose-stranger", leaf(&unknown, purpose("serverAuth")));
  bench.client("any-purpose", leaf(&root, purpose("anyExtendedKeyUsage")));
  bench.client("no-purpose", leaf(&root, purpose("")));
  bench.client("both-purposes", leaf(&root, purpose("serverAuth,clientAuth")));
  bench.client("key-encipherment", leaf(&root, usage("critical,keyEncipherment")));
  bench.client("key-agreement", leaf(&root, usage("critical,keyAgreement")));

  bench.check({
      {.server = "on", .client = "good"},
      {.server = "on", .client = "expired", .status = 400, .code = 10},
      {.server = "on", .client = "early", .status = 400, .code = 9},
      {.server = "on", .client = "stranger", .status = 400, .code = 21},
      {.server = "on", .client = "stranger-with-root", .status = 400, .code = 19},
      {.server = "on", .client = "expired-stranger", .status = 400, .code = 10},
      {.server = "on", .client = "self-made", .status = 400, .code = 18},
      {.server = "on", .client = "server-purpose", .status = 400, .code = 26},
      {.server = "on", .client = "any-purpose", .status = 400, .code = 26},
      {.server = "on", .client = "no-purpose"},
      {.server = "on", .client = "both-purposes"},
      {.server = "on", .client = "key-encipherment", .status = 400, .code = 26},
      {.server = "on", .client = "key-agreement"},
      {.server = "optional", .client = "good"},
      {.server = "optional", .client = "stranger", .status = 400, .code = 21},
      {.server = "no-ca", .client = "good"},
      {.server = "no-ca", .client = "stranger"},
      {.server = "no-ca", .client = "expired", .status = 400, .code = 10},
      {.server = "no-ca", .client = "expired-stranger", .status = 400, .code = 10},
      {.server = "no-ca", .client = "server-purpose", .status = 400, .code = 26},
      {.server = "no-ca", .client = "server-purpose-stranger"},
      {.server = "no-bundle", .client = "good"},
      {.server = "no-bundle", .client = "expired", .status = 400, .code = 10},
      {.server = "off", .client = "stranger"},
  });
  CHECK(bench.nginx_said("no-ca", "stranger").client_verify ==
        "FAILED:unable to verify the first certificate");
  CHECK(bench.nginx_said("off", "good").client_verify == "NONE");
}

TEST_CASE("verdict: without a certificate only on and a guard refuse") {
  if (nginx_is_missing()) return;
  Bench bench;
  bench.file("bundle.pem", authority("CN=Root").certificate_pem);
  bench.server({.name = "off", .directives = kBundle});
  bench.server({.name = "on", .directives = kOn + kBundle});
  bench.server({.name = "optional", .directives = kOptional + kBundle});
  bench.server({.name = "no-ca", .directives = kOptionalNoCa + kBundle});
  bench.server({.name = "guarded", .directives = kOptional + kBundle + kGuard});
  bench.server({.name = "guarded-no-ca", .directives = kOptionalNoCa + kGuard});

  bench.check({
      {.server = "off", .client = "nobody"},
      {.server = "on", .client = "nobody", .status = 400},
      {.server = "optional", .client = "nobody"},
      {.server = "no-ca", .client = "nobody"},
      {.server = "guarded", .client = "nobody", .status = 403},
      {.server = "guarded-no-ca", .client = "nobody", .status = 403},
  });
}

TEST_CASE("verdict: the security level decides about keys and digests of the chain") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root", nullptr, key(KeyKind::kRsa2048));
  const Minted weak_root = authority("CN=Weak root", nullptr, key(KeyKind::kRsa1024));
  const Minted sha1_root = authority("CN=SHA-1 root", nullptr, digest("SHA1"));
  const Minted sha1_issuer = authority("CN=SHA-1 issuer", &root, digest("SHA1"));
  bench.file("bundle.pem", pem({&root, &weak_root, &sha1_root}));
  bench.server({.name = "default", .directives = kOn + kBundle});
  for (const std::string level : {"0", "1", "3"}) {
    bench.server({.name = "level" + level,
                  .directives = kOn + kBundle + "ssl_ciphers HIGH:@SECLEVEL=" + level + ";"});
  }
  bench.server({.name = "commanded",
                .directives = kOn + kBundle +
                              "ssl_ciphers HIGH; ssl_conf_command CipherString HIGH:@SECLEVEL=0;"});
  bench.server({.name = "commanded-in-lower-case",
                .directives = kOn + kBundle + "ssl_conf_command cipherstring HIGH:@SECLEVEL=0;"});
  bench.server({.name = "command-without-level",
                .directives = kOn + kBundle +
                              "ssl_ciphers HIGH:@SECLEVEL=0; ssl_conf_command CipherString HIGH;"});
  bench.server({.name = "forgiving", .directives = kOptionalNoCa + kBundle});
  bench.client("good", leaf(&root));
  bench.client("rsa1024", leaf(&root, key(KeyKind::kRsa1024)));
  bench.client("rsa2048", leaf(&root, key(KeyKind::kRsa2048)));
  bench.client("ed25519", leaf(&root, key(KeyKind::kEd25519)));
  bench.client("sha1", leaf(&root, digest("SHA1")));
  bench.client("md5", leaf(&root, digest("MD5")));
  bench.client("below-weak-root", leaf(&weak_root));
  bench.client("below-sha1-root", leaf(&sha1_root));
  bench.client("below-sha1-issuer", leaf(&sha1_issuer), {&sha1_issuer});

  bench.check({
      {.server = "default", .client = "good"},
      {.server = "default", .client = "rsa1024", .status = 400, .code = 66},
      {.server = "default", .client = "ed25519"},
      {.server = "default", .client = "sha1", .status = 400, .code = 68},
      {.server = "default", .client = "md5", .status = 400, .code = 68},
      {.server = "default", .client = "below-weak-root", .status = 400, .code = 67},
      {.server = "default", .client = "below-sha1-root"},
      {.server = "default", .client = "below-sha1-issuer", .status = 400, .code = 68},
      {.server = "level0", .client = "rsa1024"},
      {.server = "level0", .client = "sha1"},
      {.server = "level0", .client = "md5"},
      {.server = "level0", .client = "below-weak-root"},
      {.server = "level1", .client = "rsa1024"},
      {.server = "level1", .client = "sha1", .status = 400, .code = 68},
      {.server = "level3", .client = "rsa2048", .status = 400, .code = 67},
      {.server = "commanded", .client = "rsa1024"},
      {.server = "commanded-in-lower-case", .client = "rsa1024"},
      {.server = "command-without-level", .client = "rsa1024"},
      {.server = "forgiving", .client = "rsa1024", .status = 400, .code = 66},
  });
}

TEST_CASE("verdict: ssl_verify_depth counts the intermediates, wherever they come from") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  const Minted first = authority("CN=First", &root);
  const Minted second = authority("CN=Second", &first);
  const Minted third = authority("CN=Third", &second);
  const Minted pinned = leaf(nullptr);
  bench.file("root.pem", pem({&root, &pinned}));
  bench.file("all.pem", pem({&root, &first, &second, &third, &pinned}));
  for (const std::string depth : {"0", "1", "2", "3"}) {
    bench.server(
        {.name = "root" + depth,
         .directives = kOn + "ssl_client_certificate root.pem; ssl_verify_depth " + depth + ";"});
    bench.server(
        {.name = "all" + depth,
         .directives = kOn + "ssl_client_certificate all.pem; ssl_verify_depth " + depth + ";"});
  }
  bench.server({.name = "default", .directives = kOn + "ssl_client_certificate root.pem;"});
  bench.server(
      {.name = "negative",  // it becomes an int (SSL_CTX_set_verify_depth())
       .directives = kOn + "ssl_client_certificate root.pem; ssl_verify_depth 2147483648;"});
  bench.server(
      {.name = "forgiving", .directives = kOptionalNoCa + "ssl_client_certificate root.pem;"});
  bench.client("none", leaf(&root));
  bench.client("one", leaf(&first), {&first});
  bench.client("two", leaf(&second), {&second, &first});
  bench.client("two-and-root", leaf(&second), {&second, &first, &root});
  bench.client("three", leaf(&third), {&third, &second, &first});
  bench.client("two-not-sent", leaf(&second));
  bench.client("pinned", pinned);

  bench.check({
      {.server = "root0", .client = "none"},
      {.server = "root0", .client = "one", .status = 400, .code = 20},
      {.server = "root0", .client = "pinned"},
      {.server = "default", .client = "one"},
      {.server = "default", .client = "two", .status = 400, .code = 20},
      {.server = "root1", .client = "two", .status = 400, .code = 20},
      {.server = "all1", .client = "two", .status = 400, .code = 2},
      {.server = "all1", .client = "two-not-sent", .status = 400, .code = 2},
      {.server = "root2", .client = "two"},
      {.server = "root2", .client = "two-not-sent", .status = 400, .code = 21},
      {.server = "all2", .client = "two-not-sent"},
      {.server = "all2", .client = "three", .status = 400, .code = 2},
      {.server = "root3", .client = "three"},
      {.server = "negative", .client = "none", .status = 400, .code = 21},
      {.server = "forgiving", .client = "two"},
  });
}

TEST_CASE(
    "verdict: ssl_trusted_certificate widens trust, and what the server sets replaces http's") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted inherited = authority("CN=Inherited");
  const Minted own = authority("CN=Own");
  const Minted stapling = authority("CN=Stapling");
  bench.file("inherited.pem", inherited.certificate_pem);
  bench.file("own.pem", own.certificate_pem);
  bench.file("stapling.pem", stapling.certificate_pem);
  bench.file("crl.pem", mint_crl(crl_of(own)));
  bench.http(
      "ssl_client_certificate inherited.pem; ssl_trusted_certificate stapling.pem; "
      "ssl_verify_client on; ssl_crl crl.pem;");
  bench.server({.name = "inherits", .directives = ""});
  bench.server({.name = "no-crl", .directives = "ssl_crl '';"});
  bench.server({.name = "own", .directives = "ssl_client_certificate own.pem;"});
  bench.server(
      {.name = "own-only",
       .directives = "ssl_client_certificate own.pem; ssl_trusted_certificate ''; ssl_crl '';"});
  bench.server({.name = "off", .directives = "ssl_verify_client off;"});
  bench.client("inherited", leaf(&inherited));
  bench.client("own", leaf(&own));
  bench.client("stapling", leaf(&stapling));

  bench.check({
      {.server = "inherits", .client = "inherited", .status = 400, .code = 3},
      {.server = "no-crl", .client = "inherited"},
      {.server = "no-crl", .client = "stapling"},
      {.server = "no-crl", .client = "own", .status = 400, .code = 21},
      {.server = "own", .client = "own"},
      {.server = "own", .client = "inherited", .status = 400, .code = 21},
      {.server = "own-only", .client = "stapling", .status = 400, .code = 21},
      {.server = "off", .client = "stapling"},
  });
}

TEST_CASE(
    "verdict: on a shared port the server of the SNI decides, or the default if that has no "
    "certificate") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root_a = authority("CN=Root A");
  const Minted root_b = authority("CN=Root B");
  const std::string for_a = "ssl_client_certificate a.pem; ";
  const std::string for_b = "ssl_client_certificate b.pem; ";
  const std::uint16_t asking = free_port();
  const std::uint16_t lenient = free_port();
  const std::uint16_t silent = free_port();
  bench.file("a.pem", root_a.certificate_pem);
  bench.file("b.pem", root_b.certificate_pem);
  const auto shared = [&](const std::string& name, const std::string& directives,
                          std::uint16_t port) {
    bench.server({.name = name, .directives = directives, .port = port});
  };
  const auto bare = [&](const std::string& name, const std::string& directives,
                        std::uint16_t port) {
    bench.server({.name = name,
                  .directives = directives,
                  .port = port,
                  .listen = "",  // ssl comes from the other servers of the port
                  .own_certificate = false});
  };
  shared("second", kOn + for_b + "ssl_verify_depth 0;", asking);
  bare("bare-on", kOn + for_b, asking);
  bare("bare-no-ca", kOptionalNoCa + for_b, asking);
  bare("bare-off", for_b, asking);
  bench.server(
      {.name = "first", .directives = kOn + for_a, .port = asking, .listen = "ssl default_server"});
  shared("lenient", kOptionalNoCa + for_a, lenient);
  bare("bare-strict", kOn + for_b, lenient);
  shared("silent", "", silent);
  shared("asks", kOn + for_b, silent);
  bare("unreachable", kOn + for_b, silent);
  bare("unasked", kOptional + for_b, silent);
  bench.client("of-a", leaf(&root_a));
  bench.client("of-b", leaf(&root_b));

  bench.check({
      {.server = "first", .client = "of-a"},
      {.server = "first", .client = "of-b", .status = 400, .code = 21},
      {.server = "second", .client = "of-a", .status = 400, .code = 21},
      {.server = "second", .client = "of-b"},
      {.server = "bare-on", .client = "of-a"},
      {.server = "bare-on", .client = "of-b", .status = 400, .code = 21},
      {.server = "bare-no-ca", .client = "of-b"},
      {.server = "bare-off", .client = "of-b"},
      {.server = "bare-strict", .client = "of-b", .status = 400, .code = 21},
      {.server = "silent", .client = "of-a"},
      {.server = "asks", .client = "of-b"},
      {.server = "unreachable", .client = "of-b", .status = 400, .code = 0},
      {.server = "unasked", .client = "of-b", .status = 200, .code = 0},
  });
  CHECK(bench.nginx_said("unreachable", "of-b").client_verify == "NONE");
  CHECK(bench.ca_names_sent("bare-on") == 1);
  CHECK(bench.ca_names_sent("asks") == 1);
  CHECK(bench.ca_names_sent("unreachable") == 0);
}

TEST_CASE("verdict: after a bundle was replaced and nginx reloaded both judge by the new one") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted before = authority("CN=Before");
  const Minted after = authority("CN=After");
  const std::string path = bench.file("bundle.pem", before.certificate_pem);
  bench.file("kept.pem", before.certificate_pem);
  bench.server({.name = "replaced", .directives = kOn + kBundle});
  bench.server({.name = "kept", .directives = kOn + "ssl_client_certificate kept.pem;"});
  bench.client("of-before", leaf(&before));
  bench.client("of-after", leaf(&after));
  bench.start();
  const auto first = bench.evaluate();
  bench.check_agreement(*first);
  bench.check_fates({{.server = "replaced", .client = "of-before"},
                     {.server = "replaced", .client = "of-after", .status = 400, .code = 21}});

  bench.file("bundle.pem", after.certificate_pem);
  bench.reload();
  audit::Changes changes;
  changes.paths = {path};
  const auto second = bench.evaluate(first, changes);

  bench.check_agreement(*second);
  bench.check_fates({{.server = "replaced", .client = "of-before", .status = 400, .code = 21},
                     {.server = "replaced", .client = "of-after"},
                     {.server = "kept", .client = "of-before"}});
}

}  // namespace
}  // namespace mtls::testing
