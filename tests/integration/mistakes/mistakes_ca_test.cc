// Common mistakes (R6) in CA files, and about what CAs may not do. mistakes_renewal_test.cc has the
// rows about renewals and cross-signs, mistakes_client_test.cc those about leaves, keys and CRLs,
// mistakes_server_test.cc those about directives and upstreams.
//
// Two rows are not here, since they are about what a reload takes over: 53 (a CRL refreshed on disk
// under a running nginx) and 54 (a revocation and an older session).
#include <catch2/catch.hpp>

#include "tests/integration/mistakes/mistakes_bench.h"

namespace mtls::testing {
namespace {

TEST_CASE("R6.1: a leaf as the only CA is advertised and lets nobody in, not even itself") {
  const Minted root = authority("CN=Root");
  const Minted own = leaf(&root);
  check({.files = {{"bundle.pem", pem({&own})}},
         .clients = {{.own = own, .code = 21}, {.own = leaf(&root), .code = 21}},
         .findings = {"leaf-as-client-ca"}});
}

TEST_CASE("R6.2: a self-signed client certificate in the bundle is accepted, without a finding") {
  const Minted own = leaf(nullptr);
  check({.files = {{"bundle.pem", pem({&own})}}, .clients = {{.own = own}}, .findings = {}});
}

TEST_CASE("R6.3: an intermediate alone authenticates nobody, whatever the client sends") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  const std::vector<Presented> clients{
      {.own = leaf(&issuer), .code = 2},
      {.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = 2},
      {.own = leaf(&issuer), .sent_with_it = {&issuer, &root}, .code = 2},
  };
  check({.files = {{"bundle.pem", pem({&issuer})}},
         .clients = clients,
         .findings = {"bundle-missing-root"}});
  check({.files = {{"bundle.pem", pem({&issuer})}},
         .directives = kOptionalNoCa + kBundle,
         .clients = clients,
         .findings = {"bundle-missing-root", "optional-no-ca"}});
}

TEST_CASE("R6.4: a root alone does not know a client that omits its intermediate") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&issuer), .code = 21}},
         .findings = {}});
}

TEST_CASE("R6.5: a root alone knows a client that sends its intermediate") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root);
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&issuer), .sent_with_it = {&issuer}}},
         .findings = {}});
}

TEST_CASE("R6.6: with two intermediates in the bundle a depth of 1 is too small") {
  const Minted root = authority("CN=Root");
  const Minted first = authority("CN=First", &root);
  const Minted second = authority("CN=Second", &first);
  check({.files = {{"bundle.pem", pem({&root, &first, &second})}},
         .clients = {{.own = leaf(&second), .code = 2}},
         .findings = {"depth-too-small"}});
  check({.files = {{"bundle.pem", pem({&root, &first, &second})}},
         .directives = kOn + kBundle + "ssl_verify_depth 2;",
         .clients = {{.own = leaf(&second)}},
         .findings = {}});
}

TEST_CASE("R6.7: with both intermediates sent a depth of 1 shows as a missing issuer") {
  const Minted root = authority("CN=Root");
  const Minted first = authority("CN=First", &root);
  const Minted second = authority("CN=Second", &first);
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&second), .sent_with_it = {&second, &first}, .code = 20}},
         .findings = {"depth-below-two"}});
  check({.files = {{"bundle.pem", pem({&root})}},
         .directives = kOn + kBundle + "ssl_verify_depth 2;",
         .clients = {{.own = leaf(&second), .sent_with_it = {&second, &first}}},
         .findings = {}});
}

TEST_CASE("R6.8: a CA only in ssl_trusted_certificate accepts though another is advertised") {
  const Minted advertised = authority("CN=Advertised");
  const Minted meant = authority("CN=Meant");
  check({.files = {{"bundle.pem", pem({&advertised})}, {"trusted.pem", pem({&meant})}},
         .directives = kOn + kBundle + kTrusted,
         .clients = {{.own = leaf(&meant)}},
         .findings = {"trust-widened-by-trusted-certificate"}});
}

TEST_CASE("R6.12: with an expired root alone, clients that are in date are refused") {
  const Minted root = authority("CN=Root", nullptr, expired);
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root), .code = 10}},
         .findings = {"ca-expired"}});
}

TEST_CASE("R6.13: an expired root beside another good one only hurts its own clients") {
  const Minted old = authority("CN=Old", nullptr, expired);
  const Minted good = authority("CN=Good");
  check({.files = {{"bundle.pem", pem({&old, &good})}},
         .clients = {{.own = leaf(&good)}, {.own = leaf(&old), .code = 10}},
         .findings = {"ca-expired"}});
}

TEST_CASE(
    "R6.14: below an expired intermediate, sent or in the bundle, clients in date are refused") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root, expired);
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = 10}},
         .findings = {}});
  check({.files = {{"bundle.pem", pem({&root, &issuer})}},
         .clients = {{.own = leaf(&issuer), .code = 10}},
         .findings = {"ca-expired"}});
}

TEST_CASE("R6.20: a root whose keyUsage lacks keyCertSign may not issue") {
  const Minted root = authority("CN=Root", nullptr, usage("critical,cRLSign"));
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root), .code = 32}},
         .findings = {"not-a-ca"}});
}

TEST_CASE("R6.21: a root without basicConstraints and keyUsage may not issue") {
  const Minted root = authority("CN=Root", nullptr, [](CertificateSpec& spec) {
    spec.ca = std::nullopt;
    spec.key_usage = "";
  });
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root), .code = 26}},
         .findings = {"not-a-ca"}});
}

TEST_CASE("R6.22: a root without basicConstraints but with keyCertSign is a CA") {
  const Minted root =
      authority("CN=Root", nullptr, [](CertificateSpec& spec) { spec.ca = std::nullopt; });
  check(
      {.files = {{"bundle.pem", pem({&root})}}, .clients = {{.own = leaf(&root)}}, .findings = {}});
}

TEST_CASE("R6.23: a root with CA:FALSE may not issue") {
  const Minted root = authority("CN=Root", nullptr, [](CertificateSpec& spec) { spec.ca = false; });
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root), .code = 26}},
         .findings = {"not-a-ca"}});
}

TEST_CASE("R6.24: an intermediate without basicConstraints or keyCertSign may not issue") {
  const Minted root = authority("CN=Root");
  const Minted bare = authority("CN=Bare", &root, [](CertificateSpec& spec) {
    spec.ca = std::nullopt;
    spec.key_usage = "";
  });
  const Minted half =
      authority("CN=Half", &root, [](CertificateSpec& spec) { spec.ca = std::nullopt; });
  const Minted unsigning = authority("CN=Unsigning", &root, usage("critical,cRLSign"));
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&bare), .sent_with_it = {&bare}, .code = 26},
                     {.own = leaf(&half), .sent_with_it = {&half}, .code = 79},
                     {.own = leaf(&unsigning), .sent_with_it = {&unsigning}, .code = 32}},
         .findings = {}});
  check({.files = {{"bundle.pem", pem({&root, &bare, &half, &unsigning})}},
         .clients = {{.own = leaf(&bare), .code = 26},
                     {.own = leaf(&half), .code = 79},
                     {.own = leaf(&unsigning), .code = 32}},
         .findings = {"not-a-ca"}});
}

TEST_CASE("R6.25: an intermediate that is only for servers may not stand above clients") {
  const Minted root = authority("CN=Root");
  const Minted issuer = authority("CN=Issuer", &root, purpose("serverAuth"));
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = 26}},
         .findings = {}});
  check({.files = {{"bundle.pem", pem({&root, &issuer})}},
         .clients = {{.own = leaf(&issuer), .code = 26}},
         .findings = {"not-a-ca"}});
}

TEST_CASE("R6.26: below a root with pathlen 0 no intermediate may issue") {
  const Minted root =
      authority("CN=Root", nullptr, [](CertificateSpec& spec) { spec.path_length = 0; });
  const Minted issuer = authority("CN=Issuer", &root);
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = leaf(&root)},
                     {.own = leaf(&issuer), .sent_with_it = {&issuer}, .code = 25}},
         .findings = {}});
}

TEST_CASE("R6.27: a name outside the root's constraints is refused") {
  const Minted root = authority("CN=Root", nullptr, [](CertificateSpec& spec) {
    spec.name_constraints = "permitted;DNS:inside.test";
  });
  const auto named_as = [&](const std::string& name) {
    return leaf(&root, [&](CertificateSpec& spec) { spec.dns_names = {name}; });
  };
  check({.files = {{"bundle.pem", pem({&root})}},
         .clients = {{.own = named_as("a.inside.test")},
                     {.own = named_as("a.outside.test"), .code = 47}},
         .findings = {}});
}

}  // namespace
}  // namespace mtls::testing
