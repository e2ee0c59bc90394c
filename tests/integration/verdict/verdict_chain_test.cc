// Real nginx says about a chain what we predict: CAs, bundles and CRLs, right and wrong. As in
// verdict_test.cc, every client of a bench visits every server of it.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

TEST_CASE("verdict: with ssl_crl every certificate of the chain needs a CRL that is in date") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  const Minted gone_issuer = authority("CN=Gone issuer", &root);
  const Minted pinned = leaf(nullptr);
  const Minted revoked = leaf(&issuer);
  const Minted good = leaf(&issuer);
  const Minted elsewhere = authority("CN=Elsewhere");
  const std::string roots = mint_crl(crl_of(root, {&gone_issuer}));
  const std::string issuers = mint_crl(crl_of(issuer, {&revoked}));
  CrlSpec stale = crl_of(issuer, {&revoked});
  stale.next_update = now() - days{1};
  CrlSpec future = crl_of(issuer);
  future.this_update = now() + days{1};
  CrlSpec endless = crl_of(issuer);
  endless.next_update = std::nullopt;
  bench.file("bundle.pem", pem({&root, &issuer, &pinned}));
  bench.file("bundle-and-crls.pem", pem({&root, &issuer}) + roots + issuers);
  const auto with_crl = [&](const std::string& name, const std::string& crls,
                            const std::string& mode = kOn) {
    bench.file(name + ".crl", crls);
    bench.server({.name = name, .directives = mode + kBundle + "ssl_crl " + name + ".crl;"});
  };
  with_crl("full", roots + issuers);
  with_crl("no-root", issuers);
  with_crl("root-only", roots);
  with_crl("stale", roots + mint_crl(stale));
  with_crl("stale-and-fresh", mint_crl(stale) + roots + issuers);
  with_crl("fresh-and-stale", issuers + mint_crl(stale) + roots);
  with_crl("future", roots + mint_crl(future));
  with_crl("endless", roots + mint_crl(endless));
  with_crl("foreign", mint_crl(crl_of(elsewhere)));
  with_crl("certificate-in-it", mint_crl(crl_of(elsewhere)) + elsewhere.certificate_pem);
  with_crl("optional", roots + mint_crl(stale), kOptional);
  with_crl("no-ca", roots + mint_crl(stale), kOptionalNoCa);
  bench.server({.name = "crls-in-bundle",
                .directives = kOn + "ssl_client_certificate bundle-and-crls.pem;"});
  bench.server({.name = "crls-in-bundle-used",
                .directives = kOn + "ssl_client_certificate bundle-and-crls.pem; "
                                    "ssl_crl foreign.crl;"});
  bench.client("good", good, {&issuer});
  bench.client("revoked", revoked);
  bench.client("expired", leaf(&issuer, expired));
  bench.client("below-revoked", leaf(&gone_issuer), {&gone_issuer});
  bench.client("of-root", leaf(&root));
  bench.client("pinned", pinned);
  bench.client("stranger", leaf(&elsewhere));

  bench.check({
      {.server = "full", .client = "good"},
      {.server = "full", .client = "revoked", .status = 400, .code = 23},
      {.server = "full", .client = "below-revoked", .status = 400, .code = 23},
      {.server = "full", .client = "pinned", .status = 400, .code = 3},
      {.server = "full", .client = "stranger", .status = 400, .code = 21},
      {.server = "no-root", .client = "good", .status = 400, .code = 3},
      {.server = "root-only", .client = "good", .status = 400, .code = 3},
      {.server = "root-only", .client = "of-root"},
      {.server = "stale", .client = "good", .status = 400, .code = 12},
      {.server = "stale", .client = "expired", .status = 400, .code = 10},
      {.server = "stale-and-fresh", .client = "good"},
      {.server = "fresh-and-stale", .client = "revoked", .status = 400, .code = 23},
      {.server = "future", .client = "good", .status = 400, .code = 11},
      {.server = "endless", .client = "good"},
      {.server = "foreign", .client = "good", .status = 400, .code = 3},
      {.server = "certificate-in-it", .client = "stranger"},
      {.server = "optional", .client = "good", .status = 400, .code = 12},
      {.server = "no-ca", .client = "good", .status = 400, .code = 12},
      {.server = "crls-in-bundle", .client = "revoked"},
      {.server = "crls-in-bundle-used", .client = "good"},
      {.server = "crls-in-bundle-used", .client = "revoked", .status = 400, .code = 23},
  });
}

TEST_CASE("verdict: a bundle must lead to a self-signed certificate") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  const Minted of_root = leaf(&root);
  const Minted pinned = leaf(nullptr);
  bench.file("root.pem", root.certificate_pem);
  bench.file("issuer.pem", issuer.certificate_pem);
  bench.file("both.pem", pem({&issuer, &root}));
  bench.file("leaf.pem", of_root.certificate_pem);
  bench.file("pinned.pem", pinned.certificate_pem);
  bench.file("trusted.pem", root.certificate_pem + as_trusted_pem(issuer, "clientAuth"));
  bench.file("anchor.pem", as_trusted_pem(issuer, "clientAuth"));
  bench.file("distrusted.pem", as_trusted_pem(root, "serverAuth"));
  for (const std::string name : {"root", "issuer", "both", "leaf", "pinned", "trusted"}) {
    bench.server({.name = name, .directives = kOn + "ssl_client_certificate " + name + ".pem;"});
  }
  bench.server(
      {.name = "issuer-no-ca", .directives = kOptionalNoCa + "ssl_client_certificate issuer.pem;"});
  bench.server({.name = "issuer-and-root",
                .directives = kOn + "ssl_client_certificate issuer.pem; "
                                    "ssl_trusted_certificate root.pem;"});
  bench.server({.name = "annotated-issuer",
                .directives = kOn + "ssl_client_certificate leaf.pem; "
                                    "ssl_trusted_certificate anchor.pem;"});
  bench.server({.name = "distrusted-root",
                .directives = kOn + "ssl_client_certificate leaf.pem; "
                                    "ssl_trusted_certificate distrusted.pem;"});
  bench.client("of-root", of_root);
  bench.client("alone", leaf(&issuer));
  bench.client("with-issuer", leaf(&issuer), {&issuer});
  bench.client("with-chain", leaf(&issuer), {&issuer, &root});
  bench.client("pinned", pinned);

  bench.check({
      {.server = "issuer", .client = "alone", .status = 400, .code = 2},
      {.server = "issuer", .client = "with-issuer", .status = 400, .code = 2},
      {.server = "issuer", .client = "with-chain", .status = 400, .code = 2},
      {.server = "issuer-no-ca", .client = "alone", .status = 400, .code = 2},
      {.server = "issuer-and-root", .client = "alone"},
      {.server = "root", .client = "alone", .status = 400, .code = 21},
      {.server = "root", .client = "with-issuer"},
      {.server = "both", .client = "alone"},
      {.server = "leaf", .client = "of-root", .status = 400, .code = 21},
      {.server = "pinned", .client = "pinned"},
      {.server = "pinned", .client = "of-root", .status = 400, .code = 21},
      {.server = "trusted", .client = "alone"},
      {.server = "annotated-issuer", .client = "alone"},
      {.server = "distrusted-root", .client = "of-root", .status = 400, .code = 26},
  });
  CHECK(bench.ca_names_sent("leaf") == 1);
  CHECK(bench.ca_names_sent("trusted") == 1);  // the annotated one is not advertised (R4.1)
  CHECK(bench.ca_names_sent("issuer-and-root") == 1);
}

TEST_CASE("verdict: a cross-signed CA counts with the signature that is available") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root_a = authority("CN=Root A");
  const Minted root_b = authority("CN=Root B");
  const Minted by_a = authority("CN=Issuer", &root_a);
  const Minted by_b = authority("CN=Issuer", &root_b, same_key(by_a));
  const Minted a_by_b = authority("CN=Root A", &root_b, same_key(root_a));
  const Minted old_a_by_b = authority("CN=Root A", &root_b, same_key(root_a, expired));
  bench.file("b.pem", root_b.certificate_pem);
  bench.file("by-b.pem", by_b.certificate_pem);
  bench.file("all.pem", pem({&root_a, &a_by_b, &root_b}));
  bench.file("cross-only.pem", pem({&a_by_b, &root_b}));
  bench.file("old-cross-first.pem", pem({&old_a_by_b, &root_a}));
  for (const std::string name : {"b", "all", "cross-only", "old-cross-first"}) {
    bench.server({.name = name, .directives = kOn + "ssl_client_certificate " + name + ".pem;"});
  }
  bench.server({.name = "b-and-by-b",
                .directives = kOn + "ssl_client_certificate b.pem; "
                                    "ssl_trusted_certificate by-b.pem;"});
  bench.client("by-a", leaf(&by_a), {&by_a});
  bench.client("by-b", leaf(&by_a), {&by_b});
  bench.client("both", leaf(&by_a), {&by_a, &by_b});
  bench.client("of-root-a", leaf(&root_a));

  bench.check({
      {.server = "b", .client = "by-b"},
      {.server = "b", .client = "by-a", .status = 400, .code = 20},
      {.server = "b-and-by-b", .client = "by-a"},
      {.server = "all", .client = "of-root-a"},
      {.server = "cross-only", .client = "of-root-a"},
      {.server = "old-cross-first", .client = "of-root-a"},
  });
}

TEST_CASE("verdict: of roots with one subject the one that fits and is in date decides") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted old = authority("CN=Root", nullptr, expired);
  const Minted renewed = authority("CN=Root", nullptr, same_key(old));
  const Minted other = authority("CN=Other");
  const Minted rekeyed = authority("CN=Root");
  const Minted bare = authority("CN=Bare", nullptr, without_key_identifiers);
  const Minted bare_rekeyed = authority("CN=Bare", nullptr, without_key_identifiers);
  const auto bundle = [&](const std::string& name, const std::vector<const Minted*>& all) {
    bench.file(name + ".pem", pem(all));
    bench.server({.name = name, .directives = kOn + "ssl_client_certificate " + name + ".pem;"});
  };
  bundle("old", {&old});
  bundle("old-and-other", {&old, &other});
  bundle("old-renewed", {&old, &renewed});
  bundle("renewed-old", {&renewed, &old});
  bundle("renewed-rekeyed", {&renewed, &rekeyed});
  bundle("rekeyed-renewed", {&rekeyed, &renewed});
  bundle("bare-rekeyed", {&bare, &bare_rekeyed});
  bundle("rekeyed-bare", {&bare_rekeyed, &bare});
  bundle("repeated", {&renewed, &renewed, &other, &renewed});
  bench.client("of-old", leaf(&old));
  bench.client("of-other", leaf(&other));
  bench.client("of-rekeyed", leaf(&rekeyed));
  bench.client("of-bare", leaf(&bare, without_key_identifiers));
  bench.client("of-bare-rekeyed", leaf(&bare_rekeyed, without_key_identifiers));

  bench.check({
      {.server = "old", .client = "of-old", .status = 400, .code = 10},
      {.server = "old-and-other", .client = "of-old", .status = 400, .code = 10},
      {.server = "old-and-other", .client = "of-other"},
      {.server = "old-renewed", .client = "of-old"},
      {.server = "renewed-old", .client = "of-old"},
      {.server = "renewed-rekeyed", .client = "of-old"},
      {.server = "renewed-rekeyed", .client = "of-rekeyed"},
      {.server = "rekeyed-renewed", .client = "of-old"},
      {.server = "bare-rekeyed", .client = "of-bare"},
      {.server = "bare-rekeyed", .client = "of-bare-rekeyed", .status = 400, .code = 7},
      {.server = "rekeyed-bare", .client = "of-bare", .status = 400, .code = 7},
      {.server = "repeated", .client = "of-old"},
  });
  CHECK(bench.ca_names_sent("renewed-rekeyed") == 1);
  CHECK(bench.ca_names_sent("repeated") == 2);
}

TEST_CASE("verdict: a CA that may not issue what it issued is refused with the reason") {
  if (nginx_is_missing()) return;
  Bench bench;
  const auto bare = [](CertificateSpec& spec) {
    spec.ca = std::nullopt;
    spec.key_usage = "";
  };
  const Minted root = authority("CN=Root");
  const Minted no_sign = authority("CN=No sign", nullptr, usage("critical,cRLSign"));
  const Minted plain = authority("CN=Plain", nullptr, bare);
  const Minted usage_only = authority("CN=Usage", nullptr, [](auto& s) { s.ca = std::nullopt; });
  const Minted no_ca = authority("CN=No CA", nullptr, [](auto& s) { s.ca = false; });
  const Minted shallow = authority("CN=Shallow", nullptr, [](auto& s) { s.path_length = 0; });
  const Minted limited = authority("CN=Limited", nullptr, [](auto& s) {
    s.name_constraints = "critical,permitted;DNS:example.com";
  });
  const Minted below_shallow = authority("CN=Below shallow", &shallow);
  const Minted bare_issuer = authority("CN=Bare issuer", &root, bare);
  const Minted mute_issuer = authority("CN=Mute issuer", &root, usage("critical,cRLSign"));
  const Minted server_issuer = authority("CN=Server issuer", &root, purpose("serverAuth"));
  const Minted old_issuer = authority("CN=Old issuer", &root, expired);
  bench.file("bundle.pem", pem({&root, &no_sign, &plain, &usage_only, &no_ca, &shallow, &limited}));
  bench.server({.name = "on", .directives = kOn + kBundle});
  bench.server({.name = "no-ca", .directives = kOptionalNoCa + kBundle});
  bench.client("no-sign", leaf(&no_sign));
  bench.client("plain", leaf(&plain));
  bench.client("usage-only", leaf(&usage_only));
  bench.client("no-ca-root", leaf(&no_ca));
  bench.client("too-long", leaf(&below_shallow), {&below_shallow});
  bench.client("outside", leaf(&limited, [](auto& s) { s.dns_names = {"a.example.org"}; }));
  bench.client("inside", leaf(&limited, [](auto& s) { s.dns_names = {"a.example.com"}; }));
  bench.client("bare-issuer", leaf(&bare_issuer), {&bare_issuer});
  bench.client("mute-issuer", leaf(&mute_issuer), {&mute_issuer});
  bench.client("server-issuer", leaf(&server_issuer), {&server_issuer});
  bench.client("old-issuer", leaf(&old_issuer), {&old_issuer});

  bench.check({
      {.server = "on", .client = "no-sign", .status = 400, .code = 32},
      {.server = "on", .client = "plain", .status = 400, .code = 26},
      {.server = "on", .client = "usage-only"},
      {.server = "on", .client = "no-ca-root", .status = 400, .code = 26},
      {.server = "on", .client = "too-long", .status = 400, .code = 25},
      {.server = "on", .client = "outside", .status = 400, .code = 47},
      {.server = "on", .client = "inside"},
      {.server = "on", .client = "bare-issuer", .status = 400, .code = 26},
      {.server = "on", .client = "mute-issuer", .status = 400, .code = 32},
      {.server = "on", .client = "server-issuer", .status = 400, .code = 26},
      {.server = "on", .client = "old-issuer", .status = 400, .code = 10},
      {.server = "no-ca", .client = "old-issuer", .status = 400, .code = 10},
  });
}

}  // namespace
}  // namespace mtls::testing
