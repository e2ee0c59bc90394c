// Common mistakes (R6) about renewed and cross-signed CAs. mistakes_ca_test.cc names the files of
// the other rows.
#include <catch2/catch.hpp>

#include "tests/integration/mistakes/mistakes_bench.h"

namespace mtls::testing {
namespace {

// One text for each order of two certificates.
std::vector<std::string> both_orders(const Minted& one, const Minted& other) {
  return {pem({&one, &other}), pem({&other, &one})};
}

void expired_without_key_identifiers(CertificateSpec& spec) {
  expired(spec);
  without_key_identifiers(spec);
}

TEST_CASE("R6.34: an expired root beside its renewal with the same key hurts nobody") {
  const Minted old = authority("CN=Root", nullptr, expired);
  const Minted renewed = authority("CN=Root", nullptr, same_key(old));
  for (const std::string& bundle : both_orders(old, renewed)) {
    check({.files = {{"bundle.pem", bundle}},
           .clients = {{.own = leaf(&old)}},
           .findings = {"ca-superseded-expired"}});
  }
}

TEST_CASE("R6.35: without the renewed root, clients of the same key are refused") {
  const Minted old = authority("CN=Root", nullptr, expired);
  const Minted renewed = authority("CN=Root", nullptr, same_key(old));
  check({.files = {{"bundle.pem", pem({&old})}},
         .clients = {{.own = leaf(&renewed), .code = 10}},
         .findings = {"ca-expired"}});
}

TEST_CASE("R6.36: a root renewed with a new key accepts both generations by their key ids") {
  const Minted first = authority("CN=Root");
  const Minted second = authority("CN=Root");
  for (const std::string& bundle : both_orders(first, second)) {
    check({.files = {{"bundle.pem", bundle}},
           .clients = {{.own = leaf(&first)}, {.own = leaf(&second)}},
           .findings = {}});
  }
}

TEST_CASE("R6.37: without key ids only the root listed first accepts its clients") {
  const Minted first = authority("CN=Root", nullptr, without_key_identifiers);
  const Minted second = authority("CN=Root", nullptr, without_key_identifiers);
  check({.files = {{"bundle.pem", pem({&first, &second})}},
         .clients = {{.own = leaf(&first, without_key_identifiers)},
                     {.own = leaf(&second, without_key_identifiers), .code = 7}},
         .findings = {"same-name-cas"}});
}

TEST_CASE("R6.38: without key ids a root in date is preferred to an expired one of its name") {
  const Minted old = authority("CN=Root", nullptr, expired_without_key_identifiers);
  const Minted fresh = authority("CN=Root", nullptr, without_key_identifiers);
  for (const std::string& bundle : both_orders(old, fresh)) {
    check({.files = {{"bundle.pem", bundle}},
           .clients = {{.own = leaf(&fresh, without_key_identifiers)}},
           .findings = {"ca-superseded-expired"}});
  }
}

TEST_CASE("R6.39: two roots of one name are advertised once") {
  if (nginx_is_missing()) return;
  const Minted first = authority("CN=Root");
  const Minted second = authority("CN=Root");
  Bench bench;
  bench.file("bundle.pem", pem({&first, &second}));
  bench.server({.name = "on", .directives = kOn + kBundle});
  bench.check({});
  CHECK(bench.ca_names_sent("on") == 1);
  CHECK(bench.evaluate()->servers.at(0)->ca_names == 1);
  check_findings(bench, {{"on", {}}});
}

// An intermediate that two roots signed.
struct CrossSigned {
  Minted a = authority("CN=Root A");
  Minted b = authority("CN=Root B");
  Minted by_a = authority("CN=Issuer", &a);
  Minted by_b = authority("CN=Issuer", &b, same_key(by_a));
  Minted client = leaf(&by_a);
};

TEST_CASE("R6.40: the version sent by the client that the trusted root signed is accepted") {
  const CrossSigned pki;
  check({.files = {{"bundle.pem", pem({&pki.b})}},
         .clients = {{.own = pki.client, .sent_with_it = {&pki.by_b}}},
         .findings = {}});
}

TEST_CASE("R6.41: the version that another root signed leads nowhere") {
  const CrossSigned pki;
  check({.files = {{"bundle.pem", pem({&pki.b})}},
         .clients = {{.own = pki.client, .sent_with_it = {&pki.by_a}, .code = 20}},
         .findings = {}});
}

TEST_CASE("R6.42: ssl_trusted_certificate with the right version makes up for the wrong one sent") {
  const CrossSigned pki;
  check({.files = {{"bundle.pem", pem({&pki.b})}, {"trusted.pem", pem({&pki.by_b})}},
         .directives = kOn + kBundle + kTrusted,
         .clients = {{.own = pki.client, .sent_with_it = {&pki.by_a}}},
         .findings = {"trust-widened-by-trusted-certificate"}});
}

TEST_CASE("R6.43: a root, its cross certificate and the root that signed it can share a bundle") {
  const Minted a = authority("CN=Root A");
  const Minted b = authority("CN=Root B");
  const Minted cross = authority("CN=Root A", &b, same_key(a));
  check({.files = {{"bundle.pem", pem({&a, &cross, &b})}},
         .clients = {{.own = leaf(&a)}},
         .findings = {}});
}

TEST_CASE("R6.44: an expired cross certificate before the valid root is skipped") {
  const Minted a = authority("CN=Root A");
  const Minted b = authority("CN=Root B");
  const Minted cross = authority("CN=Root A", &b, same_key(a, expired));
  check({.files = {{"bundle.pem", pem({&cross, &a})}},
         .clients = {{.own = leaf(&a)}},
         .findings = {"ca-superseded-expired"}});
}

}  // namespace
}  // namespace mtls::testing
