// Common mistakes (R6) about clients' own certificates, CRLs, keys and digests. mistakes_ca_test.cc
// names the files of the other rows.
#include <catch2/catch.hpp>

#include "tests/integration/mistakes/mistakes_bench.h"

namespace mtls::testing {
namespace {

const std::string kLevel0 = "ssl_ciphers HIGH:@SECLEVEL=0; ";
const std::string kLevel1 = "ssl_ciphers HIGH:@SECLEVEL=1; ";

TEST_CASE("R6.15: an expired or early leaf is refused with its reason") {
  const Minted root = authority("CN=Root");
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root, expired), .code = 10},
                     {.own = leaf(&root, early), .code = 9}},
         .findings = {}});
}

TEST_CASE("R6.16: an expired CRL refuses every client of its CA in every mode") {
  const Minted root = authority("CN=Root");
  CrlSpec stale = crl_of(root);
  stale.next_update = now() - days{1};
  const auto check_mode = [&](const std::string& mode, Rules findings) {
    INFO(mode);
    findings.insert("crl-stale");
    check({.files = {{"bundle.pem", pem({&root})}, {"crls.pem", mint_crl(stale)}},
           .directives = mode + kBundle + kCrl,
           .clients = {{.own = leaf(&root), .code = 12}},
           .findings = findings});
  };
  check_mode(kOn, {});
  check_mode(kOptional, {"verify-optional-unguarded"});
  check_mode(kOptionalNoCa, {"optional-no-ca"});
}

TEST_CASE("R6.17: a CRL for the root only refuses clients under an intermediate") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  check({.files = {{"bundle.pem", pem({&root, &issuer})}, {"crls.pem", crls_of({&root})}},
         .directives = kOn + kBundle + kCrl,
         .clients = {{.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = 3},
                     {.own = leaf(&root)}},
         .findings = {"crl-missing-issuer"}});
}

TEST_CASE("R6.18: a CRL for the intermediate only refuses its clients, the root lacks one") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  check({.files = {{"bundle.pem", pem({&root, &issuer})}, {"crls.pem", crls_of({&issuer})}},
         .directives = kOn + kBundle + kCrl,
         .clients = {{.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = 3}},
         .findings = {"crl-missing-issuer"}});
}

TEST_CASE("R6.19: a revoked leaf and a leaf below a revoked intermediate are refused") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  const Minted gone_issuer = authority("CN=Gone issuer", &root);
  const Minted gone = leaf(&issuer);
  const std::string crls = mint_crl(crl_of(root, {&gone_issuer})) +
                           mint_crl(crl_of(issuer, {&gone})) + mint_crl(crl_of(gone_issuer));
  check({.files = {{"bundle.pem", pem({&root, &issuer})}, {"crls.pem", crls}},
         .directives = kOn + kBundle + kCrl,
         .clients = {{.own = leaf(&issuer)},
                     {.own = gone, .code = 23},
                     {.own = leaf(&gone_issuer), .sent_with_it = {&gone_issuer}, .code = 23}},
         .findings = {}});
}

TEST_CASE("R6.28: a leaf for servers, or for any purpose, cannot be a client") {
  const Minted root = authority("CN=Root");
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root, purpose("serverAuth")), .code = 26},
                     {.own = leaf(&root, purpose("anyExtendedKeyUsage")), .code = 26}},
         .findings = {}});
}

TEST_CASE("R6.29: a leaf that is only for key encipherment cannot be a client") {
  const Minted root = authority("CN=Root");
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root, usage("critical,keyEncipherment")), .code = 26}},
         .findings = {}});
}

TEST_CASE("R6.30: the digest of a root's own signature does not matter") {
  const Minted sha1 = authority("CN=SHA-1", nullptr, digest("SHA1"));
  const Minted md5 = authority("CN=MD5", nullptr, [](CertificateSpec& spec) {
    spec.key = KeyKind::kRsa2048;  // MD5 signs only with RSA here
    spec.digest = "MD5";
  });
  check({.files = {{"bundle.pem", pem({&sha1, &md5})}},
         .clients = {{.own = leaf(&sha1)}, {.own = leaf(&md5)}},
         .findings = {}});
}

TEST_CASE("R6.31: SHA-1 under the root is refused from security level 1 on") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root, digest("SHA1"));
  const auto check_level = [&](const std::string& level, int code, const Rules& findings) {
    INFO(level);
    check({.files = {{"bundle.pem", pem({&root, &issuer})}},
           .directives = kOn + kBundle + level,
           .clients = {{.own = leaf(&root, digest("SHA1")), .code = code},
                       {.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = code}},
           .findings = findings});
  };
  check_level("", 68, {"weak-signature"});
  check_level(kLevel1, 68, {"weak-signature"});
  check_level(kLevel0, 0, {});
}

TEST_CASE("R6.32: a leaf signed with MD5 is refused, except at security level 0") {
  const Minted root = authority("CN=Root", nullptr, key(KeyKind::kRsa2048));
  const Minted own = leaf(&root, digest("MD5"));
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = own, .code = 68}},
         .findings = {}});
  check({.files = {{"bundle.pem", pem({&root})}},
         .directives = kOn + kBundle + kLevel0,
         .clients = {{.own = own}},
         .findings = {}});
}

TEST_CASE("R6.33: at level 2 a key of 1024 bits is refused, in a leaf and in a root") {
  const Minted root = authority("CN=Root");
  const Minted weak = authority("CN=Weak", nullptr, key(KeyKind::kRsa1024));
  check({.files = {{"bundle.pem", pem({&root, &weak})}},
         .clients = {{.own = leaf(&root, key(KeyKind::kRsa1024)), .code = 66},
                     {.own = leaf(&weak), .code = 67}},
         .findings = {"weak-key"}});
}

}  // namespace
}  // namespace mtls::testing
