#include "pki/verify.h"

#include <array>

#include "tests/unit/pki/trials.h"

using namespace mtls;
using namespace mtls::pki_trials;
using mtls::pki::Purpose;

TEST_CASE("verify: an anchor is self-signed, nothing less (R3.9, R6.1 to R6.5)") {
  const Tree& t = tree();
  check({
      {"intermediate only, leaf sent", pem(t.first), t.leaf, 2},
      {"intermediate only, leaf and intermediate sent", pem(t.first), t.leaf + pem(t.first), 2},
      {"intermediate only, all sent", pem(t.first), t.leaf + pem(t.first) + pem(t.root), 2},
      {"intermediate and root in two files", pem(t.first) + pem(t.root), t.leaf, 0},
      {"root only, intermediate not sent", pem(t.root), t.leaf, 21},
      {"root only, intermediate sent", pem(t.root), t.leaf + pem(t.first), 0},
      {"the leaf itself in the bundle", t.leaf, t.leaf, 21},
      {"self-signed client certificate in the bundle", pem(t.own), pem(t.own), 0},
      {"unknown CA", pem(t.other), t.leaf, 21},
      {"unknown CA sent whole", pem(t.other), t.leaf + pem(t.first) + pem(t.root), 19},
      {"good root beside others", pem(t.other) + pem(t.root), t.leaf + pem(t.first), 0},
      {"an empty store", "", pem(t.own), 18},
  });
  CHECK(code_of(pem(t.own), pem(t.own), 0) == 0);
}

TEST_CASE(
    "verify: a trust annotation can make an intermediate an anchor and stop a root from being one "
    "(R3.7)") {
  const Tree& t = tree();
  check({
      {"root, no annotation", testing::as_trusted_pem(t.root, ""), t.leaf + pem(t.first), 0},
      {"root, clientAuth", testing::as_trusted_pem(t.root, "clientAuth"), t.leaf + pem(t.first), 0},
      {"intermediate, clientAuth", testing::as_trusted_pem(t.first, "clientAuth"), t.leaf, 0},
      {"intermediate, no annotation", testing::as_trusted_pem(t.first, ""), t.leaf, 2},
  });
}

TEST_CASE("verify: depth counts the certificates between leaf and anchor (R3.12)") {
  const Tree& t = tree();
  const std::vector<std::string> sent{
      client_of(t.root),
      t.leaf + pem(t.first),
      client_of(t.second) + pem(t.second) + pem(t.first),
      client_of(t.third) + pem(t.third) + pem(t.second) + pem(t.first),
      pem(t.own),
  };
  const std::vector<std::vector<int>> codes{
      {0, 20, 20, 20, 0},
      {0, 0, 20, 20, 0},
      {0, 0, 0, 20, 0},
      {0, 0, 0, 0, 0},
  };
  for (int depth = 0; depth < 4; ++depth) {
    for (std::size_t chain = 0; chain < sent.size(); ++chain) {
      INFO("depth " << depth << ", chain " << chain);
      CHECK(code_of(pem(t.root) + pem(t.own), sent[chain], depth) ==
            codes[static_cast<std::size_t>(depth)][chain]);
    }
  }
}

TEST_CASE(
    "verify: too deep is 2 when the intermediates are trusted, 19 when the root is sent untrusted "
    "(R3.12)") {
  const Tree& t = tree();
  const std::string leaf = client_of(t.second);
  CHECK(code_of(pem(t.root) + pem(t.first) + pem(t.second), leaf, 1) == 2);
  CHECK(code_of(pem(t.other), t.leaf + pem(t.first) + pem(t.root), 1) == 19);
}

TEST_CASE("verify: purposes of the leaf and of every CA (R3.10, R6.25, R6.28, R6.29)") {
  const Tree& t = tree();
  struct Row {
    std::string key_usage;
    std::string extended_key_usage;
    int code;
  };
  const std::vector<Row> table{
      {"", "", 0},
      {"", "clientAuth", 0},
      {"", "clientAuth,serverAuth", 0},
      {"", "serverAuth", 26},
      {"", "anyExtendedKeyUsage", 26},
      {"digitalSignature", "", 0},
      {"keyAgreement", "", 0},
      {"keyEncipherment", "", 26},
  };
  for (const Row& row : table) {
    CertificateSpec spec = client_spec(t.root);
    spec.key_usage = row.key_usage;
    spec.extended_key_usage = row.extended_key_usage;
    INFO(row.key_usage << " / " << row.extended_key_usage);
    CHECK(code_of(pem(t.root), pem(mint(spec))) == row.code);
  }
  CertificateSpec spec = ca_spec("CN=Servers only", &t.root);
  spec.extended_key_usage = "serverAuth";
  const Minted servers_only = mint(spec);
  CHECK(code_of(pem(t.root), client_of(servers_only) + pem(servers_only)) == 26);
}

TEST_CASE("verify: an upstream's chain is judged as a server's (R2.65)") {
  const Tree& t = tree();
  const auto root = mtls::pki::parse_material(pem(t.root));
  const std::string server = pem(testing::mint_server("up.example", t.root));
  CHECK(code_of(root, server, {.purpose = Purpose::kServer}) == 0);
  CHECK(code_of(root, server, {.purpose = Purpose::kClient}) == 26);
  CHECK(code_of(root, client_of(t.root), {.purpose = Purpose::kServer}) == 26);
}

TEST_CASE("verify: which certificates may issue (R3.11, R6.20 to R6.24, R6.26, R6.27)") {
  struct Row {
    std::string name;
    std::optional<bool> ca;
    std::string key_usage;
    int as_root;
    int as_intermediate;
  };
  const std::vector<Row> table{
      {"usual", true, "keyCertSign", 0, 0},
      {"CA:TRUE alone", true, "", 0, 0},
      {"without keyCertSign", true, "digitalSignature", 32, 32},
      {"nothing", std::nullopt, "", 26, 26},
      {"only keyCertSign", std::nullopt, "keyCertSign", 0, 79},
      {"CA:FALSE", false, "keyCertSign", 26, 26},
  };
  const Tree& t = tree();
  for (const Row& row : table) {
    CertificateSpec spec = ca_spec("CN=Row");
    spec.ca = row.ca;
    spec.key_usage = row.key_usage;
    const Minted root = mint(spec);
    spec.issuer = &t.root;
    const Minted intermediate = mint(spec);
    INFO(row.name);
    CHECK(code_of(pem(root), client_of(root)) == row.as_root);
    CHECK(code_of(pem(t.root), client_of(intermediate) + pem(intermediate)) == row.as_intermediate);
    const bool root_is_ca = mtls::pki::parse_material(pem(root)).certificates[0].facts().is_ca;
    const bool is_ca = mtls::pki::parse_material(pem(intermediate)).certificates[0].facts().is_ca;
    CHECK(root_is_ca == (row.as_root == 0));
    CHECK(is_ca == (row.as_intermediate == 0));
  }
  CertificateSpec narrow = ca_spec("CN=Narrow");
  narrow.path_length = 0;
  const Minted flat = mint(narrow);
  const Minted below = testing::mint_intermediate("CN=Below", flat);
  CHECK(code_of(pem(flat), client_of(below) + pem(below)) == 25);

  CertificateSpec constrained = ca_spec("CN=Constrained");
  constrained.name_constraints = "permitted;DNS:example.com";
  const Minted constrained_root = mint(constrained);
  CertificateSpec stranger = client_spec(constrained_root);
  stranger.dns_names = {"example.org"};
  CHECK(code_of(pem(constrained_root), pem(mint(stranger))) == 47);
}

TEST_CASE("verify: expired and not yet valid certificates (R6.12 to R6.15)") {
  const Tree& t = tree();
  const Minted old_root = mint(expired(ca_spec("CN=Old")));
  const Minted old_intermediate = mint(expired(ca_spec("CN=Old intermediate", &t.root)));
  CertificateSpec early = client_spec(t.root);
  early.not_before = kT0 + days{1};
  check({
      {"expired root alone", pem(old_root), client_of(old_root), 10},
      {"expired root beside a good one", pem(old_root) + pem(t.root), client_of(t.root), 0},
      {"expired intermediate sent", pem(t.root),
       client_of(old_intermediate) + pem(old_intermediate), 10},
      {"expired leaf", pem(t.root), pem(mint(expired(client_spec(t.root)))), 10},
      {"leaf not yet valid", pem(t.root), pem(mint(early)), 9},
      {"expired leaf of an unknown CA", pem(t.other), pem(mint(expired(client_spec(t.root)))), 10},
  });
}

TEST_CASE("verify: keys and digests against the security level (R3.14, R3.15, R6.30 to R6.33)") {
  const auto with = [](CertificateSpec spec, testing::KeyKind key, const std::string& digest) {
    spec.key = key;
    spec.digest = digest;
    return mint(spec);
  };
  using testing::KeyKind;
  const Minted root = with(ca_spec("CN=Rsa"), KeyKind::kRsa2048, "SHA256");
  const Minted sha1_root = with(ca_spec("CN=Sha1"), KeyKind::kRsa2048, "SHA1");
  const Minted md5_root = with(ca_spec("CN=Md5"), KeyKind::kRsa2048, "MD5");
  const Minted small_root = with(ca_spec("CN=Small"), KeyKind::kRsa1024, "SHA256");
  const Minted sha1_int = with(ca_spec("CN=Sha1 int", &root), KeyKind::kEcP256, "SHA1");
  const auto leaf = [&](const Minted& issuer, KeyKind key, const std::string& digest) {
    return pem(with(client_spec(issuer), key, digest));
  };
  struct Row {
    std::string name;
    std::string trusted;
    std::string sent;
    std::array<int, 4> codes;  // at level 0, 1, 2, 3
  };
  // Level 3 wants RSA-3072: there the root's own key is the last complaint.
  const std::vector<Row> table{
      {"SHA-1 root", pem(sha1_root), leaf(sha1_root, KeyKind::kEcP256, "SHA256"), {0, 0, 0, 67}},
      {"MD5 root", pem(md5_root), leaf(md5_root, KeyKind::kEcP256, "SHA256"), {0, 0, 0, 67}},
      {"SHA-1 leaf", pem(root), leaf(root, KeyKind::kEcP256, "SHA1"), {0, 68, 68, 67}},
      {"MD5 leaf", pem(root), leaf(root, KeyKind::kEcP256, "MD5"), {0, 68, 68, 67}},
      {"SHA-1 intermediate", pem(root), client_of(sha1_int) + pem(sha1_int), {0, 68, 68, 67}},
      {"RSA-1024 leaf", pem(root), leaf(root, KeyKind::kRsa1024, "SHA256"), {0, 0, 66, 67}},
      {"RSA-1024 root", pem(small_root), client_of(small_root), {0, 0, 67, 67}},
      {"EC all over", pem(tree().root), client_of(tree().root), {0, 0, 0, 0}},
  };
  for (const Row& row : table) {
    for (int level = 0; level < 4; ++level) {
      INFO(row.name << " at level " << level);
      CHECK(code_of(mtls::pki::parse_material(row.trusted), row.sent, {.security_level = level}) ==
            row.codes[static_cast<std::size_t>(level)]);
    }
  }
}

TEST_CASE("verify: renewed roots (R6.34 to R6.38)") {
  const Minted old_root = mint(expired(ca_spec("CN=Renewed")));
  CertificateSpec renewed = ca_spec("CN=Renewed");
  renewed.same_key_as = &old_root;
  const Minted new_root = mint(renewed);
  const Minted other_key = mint(ca_spec("CN=Renewed"));
  CertificateSpec bare = ca_spec("CN=Bare");
  bare.key_identifiers = false;
  const Minted bare_a = mint(bare);
  const Minted bare_b = mint(bare);
  const Minted bare_old = mint(expired(bare));
  const auto bare_leaf = [](const Minted& issuer) {
    CertificateSpec spec = client_spec(issuer);
    spec.key_identifiers = false;
    return pem(mint(spec));
  };
  check({
      {"same key, old first", pem(old_root) + pem(new_root), client_of(old_root), 0},
      {"same key, new first", pem(new_root) + pem(old_root), client_of(old_root), 0},
      {"only the old one left", pem(old_root), client_of(new_root), 10},
      {"new key, leaf of old", pem(new_root) + pem(other_key), client_of(new_root), 0},
      {"new key, leaf of new", pem(new_root) + pem(other_key), client_of(other_key), 0},
      {"no key ids, leaf of the first", pem(bare_a) + pem(bare_b), bare_leaf(bare_a), 0},
      {"no key ids, leaf of the second", pem(bare_a) + pem(bare_b), bare_leaf(bare_b), 7},
      {"no key ids, old one expired", pem(bare_old) + pem(bare_a), bare_leaf(bare_a), 0},
      {"no key ids, old one expired, other order", pem(bare_a) + pem(bare_old), bare_leaf(bare_a),
       0},
  });
}

TEST_CASE("verify: cross certificates (R6.40 to R6.44)") {
  const Minted a = testing::mint_root("CN=A");
  const Minted b = testing::mint_root("CN=B");
  const Minted by_a = testing::mint_intermediate("CN=Int", a);
  const auto cross = [](const std::string& subject, const Minted& key, const Minted& issuer) {
    CertificateSpec spec = ca_spec(subject, &issuer);
    spec.same_key_as = &key;
    return spec;
  };
  const Minted by_b = mint(cross("CN=Int", by_a, b));
  const Minted a_by_b = mint(cross("CN=A", a, b));
  const Minted a_by_b_old = mint(expired(cross("CN=A", a, b)));
  const std::string leaf = client_of(by_a);
  check({
      {"B-signed sent, B trusted", pem(b), leaf + pem(by_b), 0},
      {"A-signed sent, only B trusted", pem(b), leaf + pem(by_a), 20},
      {"A-signed sent, B and the B-signed one trusted", pem(b) + pem(by_b), leaf + pem(by_a), 0},
      {"A, A by B and B", pem(a) + pem(a_by_b) + pem(b), client_of(a), 0},
      {"expired A by B before A", pem(a_by_b_old) + pem(a), client_of(a), 0},
  });
}

TEST_CASE("verify: the last error wins (R3.20)") {
  const Tree& t = tree();
  CertificateSpec wrong_use = client_spec(t.root);
  wrong_use.extended_key_usage = "serverAuth";
  CHECK(code_of(pem(t.other), pem(mint(wrong_use))) == 21);
  const mtls::pki::TrustStore store(mtls::pki::parse_material(pem(t.other)).certificates, {},
                                    false);
  const auto verdict = store.verify(mtls::pki::parse_material(t.leaf).certificates, {}, kT0);
  CHECK(verdict.reason == "unable to verify the first certificate");
}
