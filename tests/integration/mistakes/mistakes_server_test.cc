// Common mistakes (R6) about directives, about which server block decides, and about nginx as a
// client of its backends. mistakes_ca_test.cc names the files of the other rows.
#include <catch2/catch.hpp>

#include "tests/integration/mistakes/mistakes_bench.h"

namespace mtls::testing {
namespace {

TEST_CASE(
    "R6.9: optional without a guard serves clients without a certificate and refuses bad ones") {
  if (nginx_is_missing()) return;
  const Minted root = authority("CN=Root");
  Bench bench;
  bench.file("bundle.pem", pem({&root}));
  bench.server({.name = "on", .directives = kOptional + kBundle});
  bench.client("stranger", leaf(nullptr));
  bench.check({{.server = "on", .client = "nobody"},
               {.server = "on", .client = "stranger", .status = 400, .code = 18}});
  CHECK(bench.evaluate()->servers.at(0)->enforced == false);
  check_findings(bench, {{"on", {"verify-optional-unguarded"}}});
}

TEST_CASE("R6.10: optional_no_ca without a guard serves any certificate in date") {
  if (nginx_is_missing()) return;
  Bench bench;
  bench.server({.name = "on", .directives = kOptionalNoCa});
  bench.client("self-made", leaf(nullptr));
  bench.check({{.server = "on", .client = "self-made"}});
  CHECK(bench.nginx_said("on", "self-made").client_verify == "FAILED:self-signed certificate");
  check_findings(bench, {{"on", {"optional-no-ca"}}});
}

TEST_CASE("R6.11: optional_no_ca refuses an expired certificate of an unknown CA") {
  const Minted unknown = authority("CN=Unknown");
  check({.files = {},
         .directives = kOptionalNoCa,
         .clients = {{.own = leaf(&unknown, expired), .code = 10}},
         .findings = {"optional-no-ca"}});
}

TEST_CASE("R6.57: a server's own CA file replaces that of http, it is not merged") {
  if (nginx_is_missing()) return;
  const Minted common = authority("CN=Common");
  const Minted own = authority("CN=Own");
  Bench bench;
  bench.file("common.pem", pem({&common}));
  bench.file("bundle.pem", pem({&own}));
  bench.http("ssl_client_certificate common.pem; ssl_verify_client on;");
  bench.server({.name = "on", .directives = kBundle});
  bench.client("of-common", leaf(&common));
  bench.client("of-own", leaf(&own));
  bench.check({{.server = "on", .client = "of-common", .status = 400, .code = 21},
               {.server = "on", .client = "of-own"}});
  check_findings(bench, {{"on", {}}});
}

// Two CAs and a client of each. The default server trusts A, the other names trust B.
struct SharedPort {
  const std::uint16_t port = free_port();
  const Minted a = authority("CN=Root A");
  const Minted b = authority("CN=Root B");
  const Minted of_a = leaf(&a);
  const Minted of_b = leaf(&b);
  Bench bench;

  SharedPort() {
    bench.file("a.pem", pem({&a}));
    bench.file("b.pem", pem({&b}));
    bench.client("of-a", of_a);
    bench.client("of-b", of_b);
  }
  // The bench asks about verdicts for SNI = Host only, so this goes past it.
  int status(const Minted& client, const std::string& host, std::optional<std::string> sni) const {
    return request({.port = port,
                    .sni = std::move(sni),
                    .host = host,
                    .client_chain_pem = client.certificate_pem,
                    .client_key_pem = client.key_pem})
        .status;
  }
};

const std::string kTrustsA = kOn + "ssl_client_certificate a.pem; ";
const std::string kTrustsB = kOn + "ssl_client_certificate b.pem; ";

TEST_CASE("R6.45: a server block without its own certificate is judged by the default server") {
  if (nginx_is_missing()) return;
  SharedPort shared;
  shared.bench.server({.name = "default", .directives = kTrustsA, .port = shared.port});
  shared.bench.server({.name = "bare",
                       .directives = kTrustsB,
                       .port = shared.port,
                       .listen = "",
                       .own_certificate = false});
  shared.bench.check({{.server = "bare", .client = "of-a"},
                      {.server = "bare", .client = "of-b", .status = 400, .code = 21}});
  check_findings(shared.bench, {{"bare", {"default-server-other-ca"}}});

  SharedPort silent;
  silent.bench.server({.name = "default", .directives = "", .port = silent.port});
  silent.bench.server({.name = "bare",
                       .directives = kTrustsB,
                       .port = silent.port,
                       .listen = "",
                       .own_certificate = false});
  silent.bench.check({{.server = "bare", .client = "of-a", .status = 400},
                      {.server = "bare", .client = "of-b", .status = 400}});
  check_findings(silent.bench, {{"bare", {"inert-tls-settings"}}});
}

TEST_CASE("R6.46: without SNI the default server's CA opens other names, or its off closes them") {
  if (nginx_is_missing()) return;
  SharedPort shared;
  shared.bench.server({.name = "default", .directives = kTrustsA, .port = shared.port});
  shared.bench.server({.name = "other", .directives = kTrustsB, .port = shared.port});
  shared.bench.check({{.server = "other", .client = "of-a", .status = 400, .code = 21},
                      {.server = "other", .client = "of-b"}});
  CHECK(shared.status(shared.of_a, "other", std::nullopt) == 200);
  CHECK(shared.status(shared.of_a, "other", "unknown") == 200);
  CHECK(shared.status(shared.of_b, "other", std::nullopt) == 400);
  check_findings(shared.bench, {{"other", {"default-server-other-ca"}}});

  // Nobody without SNI gets in, so this is not a hole.
  SharedPort silent;
  silent.bench.server({.name = "default", .directives = "", .port = silent.port});
  silent.bench.server({.name = "other", .directives = kTrustsB, .port = silent.port});
  silent.bench.check({{.server = "other", .client = "of-b"}});
  CHECK(silent.status(silent.of_b, "other", std::nullopt) == 400);
  check_findings(silent.bench, {{"other", {}}});
}

TEST_CASE("R6.47: a CA that is there for stapling authenticates clients") {
  if (nginx_is_missing()) return;
  const Minted clients = authority("CN=Clients");
  const Minted stapling = authority("CN=Stapling");
  Bench bench;
  bench.file("bundle.pem", pem({&clients}));
  bench.file("trusted.pem", pem({&stapling}));
  bench.server({.name = "on", .directives = kOn + kBundle + kTrusted + "ssl_stapling on; "});
  bench.client("of-stapling", leaf(&stapling));
  bench.check({{.server = "on", .client = "of-stapling"}});
  CHECK(bench.evaluate()->servers.at(0)->extra_trust_cas == 1);
  check_findings(
      bench,
      {{"on", {"trust-widened-by-trusted-certificate", "stapling-is-not-client-revocation"}}});
}

TEST_CASE("R6.55: a bundle that was joined without a newline is refused as a whole") {
  if (nginx_is_missing()) return;
  std::string first = authority("CN=First").certificate_pem;
  first.pop_back();
  Bench bench;
  bench.file("bundle.pem", first + authority("CN=Second").certificate_pem);
  bench.server({.name = "on", .directives = kOn + kBundle});
  bench.write_conf();
  const NginxTest said = bench.test();
  CHECK(said.exit_code == 1);
  CHECK(said.emerg.find("bad end line") != std::string::npos);
  const auto snapshot = bench.evaluate();
  REQUIRE_FALSE(snapshot->refusals.empty());
  CHECK(said.emerg.find(snapshot->refusals.front().message) != std::string::npos);
  CHECK(findings_about(*snapshot, "on").contains("bundle-unparsable"));
}

TEST_CASE("R6.56: ssl_verify_client is not allowed in a location") {
  if (nginx_is_missing()) return;
  Bench bench;
  bench.file("bundle.pem", authority("CN=Root").certificate_pem);
  bench.server({.name = "on", .directives = kBundle + "location /private { " + kOn + "}"});
  bench.write_conf();
  const NginxTest said = bench.test();
  CHECK(said.exit_code == 1);
  const std::string words = R"("ssl_verify_client" directive is not allowed here)";
  CHECK(said.emerg.find(words) != std::string::npos);
  const auto snapshot = bench.evaluate();
  REQUIRE(snapshot->nginx_errors().size() == 1);
  CHECK(snapshot->nginx_errors().front().message == words);
  REQUIRE_FALSE(snapshot->findings.empty());
  CHECK(snapshot->findings.front().kind == audit::FindingKind::kNginxRefusesConfig);
}

}  // namespace
}  // namespace mtls::testing
