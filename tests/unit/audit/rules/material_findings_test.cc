// The cases of findings about what stands in the CA files, what they widen, and who may write them.
#include <catch2/catch.hpp>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;

std::string pem(const Minted& minted) { return minted.certificate_pem; }

std::string on(const std::string& more) { return std::string(kVerifyOn) + " " + more; }

void bundle(Host& host, const std::string& text) { host.disk.put(kBundle, text); }

void both_files(Host& host, const std::string& client, const std::string& trusted) {
  host.conf(http_server(on("ssl_trusted_certificate trusted.pem;")));
  host.disk.put(kBundle, client);
  host.disk.put(kTrusted, trusted);
}

Minted small_root() {
  CertificateSpec spec = ca_spec("CN=Small");
  spec.key = testing::KeyKind::kRsa1024;
  return testing::mint(spec);
}

Minted old_digest(const Minted* issuer) {
  CertificateSpec spec = ca_spec("CN=Old digest", issuer);
  spec.digest = "SHA1";
  return testing::mint(spec);
}

Minted with_usage(const std::string& usage) {
  CertificateSpec spec = ca_spec("CN=Issuing A3", &minted().root);
  spec.extended_key_usage = usage;
  return testing::mint(spec);
}

Minted root_until(days until, const std::string& subject, const Minted* same_key = nullptr) {
  CertificateSpec spec = ca_spec(subject);
  spec.same_key_as = same_key;
  return mint_valid(spec, days{-30}, until);
}

// CAs of one key with names of about 1,050 bytes each.
std::string long_names(int count) {
  constexpr int kUnits = 14;
  const Minted first = testing::mint_root("CN=first");
  std::string all;
  for (int i = 0; i < count; ++i) {
    CertificateSpec spec = ca_spec("CN=" + std::to_string(i));
    for (int unit = 0; unit < kUnits; ++unit) spec.subject += ",OU=" + std::string(64, 'x');
    spec.same_key_as = &first;
    all += pem(testing::mint(spec));
  }
  return all;
}

std::vector<Case> role_cases() {
  return {
      {kNotACa, Effect::kFires, "a client beside its root",
       [](Host& host) { bundle(host, pem(minted().client) + pem(minted().root)); }},
      {kNotACa, Effect::kFires, "a CA for servers only (R6.25)",
       [](Host& host) { bundle(host, pem(with_usage("serverAuth")) + pem(minted().root)); }},
      {kNotACa, Effect::kFires, "a root whose keyUsage lacks keyCertSign (R6.20)",
       [](Host& host) {
         CertificateSpec root = ca_spec("CN=Unsigning");
         root.key_usage = "critical,cRLSign";
         bundle(host, pem(testing::mint(root)) + pem(minted().root));
       }},
      {kNotACa, Effect::kFires, "a self-signed certificate that a known client names as its issuer",
       [](Host& host) {
         CertificateSpec root;
         root.subject = "CN=No CA";  // R6.21 and R6.23
         const Minted issuer = testing::mint(root);
         bundle(host, pem(issuer) + pem(minted().root));
         host.canary(pem(testing::mint_client("CN=client", issuer)));
       }},
      {kNotACa, Effect::kSilent, "a CA for clients",
       [](Host& host) { bundle(host, pem(with_usage("clientAuth")) + pem(minted().root)); }},
      {kNotACa, Effect::kSilent, "a pinned self-signed client (R6.2)",
       [](Host& host) {
         CertificateSpec pinned;
         pinned.subject = "CN=pinned";
         const Minted own = testing::mint(pinned);
         bundle(host, pem(own) + pem(minted().root));
         host.canary(pem(own));
       }},
      {kNotACa, Effect::kSilent, "a client in ssl_trusted_certificate takes nobody's place",
       [](Host& host) { both_files(host, pem(minted().root), pem(minted().client)); }},
      {kNotACa, Effect::kSilent, "leaf-as-client-ca says more",
       [](Host& host) { bundle(host, pem(minted().client)); }},
  };
}

std::vector<Case> strength_cases() {
  const auto at_level = [](const std::string& level, const std::string& text) {
    return [=](Host& host) {
      host.conf(http_server(on("ssl_ciphers DEFAULT:@SECLEVEL=" + level + ";")));
      bundle(host, text);
    };
  };
  const std::string below = pem(old_digest(&minted().root)) + pem(minted().root);
  return {
      {kWeakKey, Effect::kFires, "RSA 1024 at level 2 (R6.33)",
       [](Host& host) { bundle(host, pem(small_root())); }},
      {kWeakKey, Effect::kSilent, "level 1 takes it (R3.14)", at_level("1", pem(small_root()))},
      {kWeakKey, Effect::kFires, "P-256 at level 4", at_level("4", pem(minted().root))},
      {kWeakKey, Effect::kFires, "of the root in ssl_trusted_certificate",
       [](Host& host) {
         const Minted root = small_root();
         both_files(host, pem(testing::mint_intermediate("CN=Issuing S", root)), pem(root));
       }},
      {kWeakKey, Effect::kSilent, "of a CA there that no client CA needs",
       [](Host& host) { both_files(host, pem(minted().root), pem(small_root())); }},
      {kWeakKey, Effect::kSilent, "the default server's level counts (R3.44)",
       [](Host& host) {
         host.conf(http(server("d.test", on("ssl_ciphers DEFAULT:@SECLEVEL=1;")) +
                        server("a.test", "ssl_verify_client on;")));
         bundle(host, pem(small_root()));
       }},
      {kWeakSignature, Effect::kFires, "SHA-1 below the root (R6.31)",
       [=](Host& host) { bundle(host, below); }},
      {kWeakSignature, Effect::kFires, "at level 1 too", at_level("1", below)},
      {kWeakSignature, Effect::kSilent, "not at level 0", at_level("0", below)},
      {kWeakSignature, Effect::kSilent, "on a root (R3.15)",
       [](Host& host) { bundle(host, pem(old_digest(nullptr))); }},
  };
}

std::vector<Case> widening_cases() {
  const Minted isrg = testing::mint_root("C=US,O=Internet Security Research Group,CN=ISRG Root X1");
  const std::string stapling = "ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;";
  return {
      {kTrustWidenedByPublicRoots, Effect::kFires, "a root of the web in the bundle",
       [=](Host& host) { bundle(host, pem(minted().root) + pem(isrg)); }},
      {kTrustWidenedByPublicRoots, Effect::kFires, "given for stapling (R6.47)",
       [=](Host& host) { both_files(host, pem(minted().root), pem(isrg)); }},
      {kTrustWidenedByPublicRoots, Effect::kFires, "the system's bundle, whatever is in it",
       [=](Host& host) {
         host.conf(http_server(on(stapling)));
         host.disk.put("/etc/ssl/certs/ca-certificates.crt", pem(minted().other_root));
       }},
      {kTrustWidenedByPublicRoots, Effect::kSilent, "another organization with such a word in it",
       [](Host& host) { bundle(host, pem(testing::mint_root("O=Amazon Fan Club,CN=O=Amazon"))); }},
      {kTrustWidenedByPublicRoots, Effect::kSilent, "verify off: nobody is asked",
       [=](Host& host) {
         host.conf(http_server(std::string(kCertificate) + stapling));
         host.disk.put("/etc/ssl/certs/ca-certificates.crt", pem(isrg));
       }},
      {kTrustWidenedByTrustedCertificate, Effect::kFires, "a foreign root beside the clients' CA",
       [](Host& host) { both_files(host, pem(minted().root), pem(minted().other_root)); }},
      {kTrustWidenedByTrustedCertificate, Effect::kSilent, "the root of the clients' intermediate",
       [](Host& host) { both_files(host, pem(minted().intermediate), pem(minted().root)); }},
      {kTrustWidenedByTrustedCertificate, Effect::kSilent, "the same CA in both files",
       [](Host& host) { both_files(host, pem(minted().root), pem(minted().root)); }},
      {kTrustWidenedByTrustedCertificate, Effect::kSilent, "no other CA file is there (R2.31)",
       [](Host& host) {
         host.conf(http_server(std::string(kCertificate) +
                               "ssl_verify_client on; ssl_trusted_certificate trusted.pem;"));
       }},
      {kTrustWidenedByTrustedCertificate, Effect::kSilent, "a CA there that leads to no root",
       [](Host& host) {
         const Minted lone = testing::mint_intermediate("CN=Issuing B", minted().other_root);
         both_files(host, pem(minted().root), pem(lone));
       }},
  };
}

std::vector<Case> rotation_cases() {
  const Minted ending = root_until(days{30}, "CN=Root C");
  const auto with = [=](const Minted& other) {
    return [=](Host& host) { bundle(host, pem(ending) + pem(other)); };
  };
  return {
      {kBundleMissingSuccessor, Effect::kFires, "it ends in 30 days, another CA beside it",
       with(minted().root)},
      {kBundleMissingSuccessor, Effect::kSilent, "a later one of its name is there",
       with(root_until(days{900}, "CN=Root C"))},
      {kBundleMissingSuccessor, Effect::kSilent, "a later one of its key is there",
       with(root_until(days{900}, "CN=Root C2", &ending))},
      {kBundleMissingSuccessor, Effect::kSilent, "the later one is in ssl_trusted_certificate",
       [=](Host& host) {
         both_files(host, pem(ending), pem(root_until(days{900}, "CN=Root C", &ending)));
       }},
      {kBundleMissingSuccessor, Effect::kFires, "the root above the clients' CA ends",
       [=](Host& host) {
         both_files(host, pem(testing::mint_intermediate("CN=Issuing C", ending)), pem(ending));
       }},
      {kBundleMissingSuccessor, Effect::kSilent, "a CA ends that no client CA needs",
       [=](Host& host) { both_files(host, pem(minted().root), pem(ending)); }},
      {kBundleMissingSuccessor, Effect::kSilent, "31 days are left",
       [](Host& host) { bundle(host, pem(root_until(days{31}, "CN=Root C"))); }},
      {kBundleMissingSuccessor, Effect::kSilent, "it has ended: ca-expired speaks",
       [](Host& host) { bundle(host, pem(root_until(days{0}, "CN=Root C"))); }},
  };
}

std::vector<Case> depth_cases() {
  const auto usual = [](const std::string& depth) {
    return [=](Host& host) { host.conf(http_server(on(depth))); };
  };
  const Minted second = testing::mint_intermediate("CN=Issuing A2", minted().intermediate);
  const Minted client = testing::mint_client("CN=deepest", second);
  const auto sent = [=](const std::string& depth, const std::string& pems,
                        audit::Expect expect = audit::Expect::kAccept) {
    return [=](Host& host) {
      usual(depth)(host);
      host.canary(pems, expect);
    };
  };
  const std::string all = pem(client) + pem(second) + pem(minted().intermediate);
  return {
      {kDepthBelowTwo, Effect::kSilent, "1, the default, and nobody needs more",
       usual("ssl_verify_depth 1;")},
      {kDepthBelowTwo, Effect::kFires, "a known client sends two intermediates at depth 1",
       sent("ssl_verify_depth 1;", all)},
      {kDepthBelowTwo, Effect::kFires, "it sends one at depth 0",
       sent("ssl_verify_depth 0;", pem(minted().deep_client) + pem(minted().intermediate))},
      {kDepthBelowTwo, Effect::kSilent, "it sends one at depth 1",
       sent("ssl_verify_depth 1;", pem(minted().deep_client) + pem(minted().intermediate))},
      {kDepthBelowTwo, Effect::kSilent, "it sends two at depth 2",
       sent("ssl_verify_depth 2;", all)},
      {kDepthBelowTwo, Effect::kSilent, "it does not send all of them: no depth helps",
       sent("ssl_verify_depth 1;", pem(client) + pem(second))},
      {kDepthBelowTwo, Effect::kSilent, "it must be refused",
       sent("ssl_verify_depth 1;", all, audit::Expect::kReject)},
      {kDepthBelowTwo, Effect::kFires, "strict: 1, the default",
       [=](Host& host) {
         host.policy.profile = audit::Profile::kStrict;
         usual("ssl_verify_depth 1;")(host);
       }},
      {kDepthBelowTwo, Effect::kSilent, "depth-too-small says more",
       [](Host& host) {
         host.policy.profile = audit::Profile::kStrict;
         host.conf(http_server(on("ssl_verify_depth 0;")));
         bundle(host, pem(minted().intermediate) + pem(minted().root));
       }},
      {kDepthUnbounded, Effect::kFires, "ten", usual("ssl_verify_depth 10;")},
      {kDepthUnbounded, Effect::kSilent, "nine", usual("ssl_verify_depth 9;")},
  };
}

std::vector<Case> file_cases() {
  const auto mode = [](const char* path, std::uint32_t bits) {
    return [=](Host& host) { host.disk.chmod(path, bits); };
  };
  const auto chain = [](const std::string& text) {
    return [=](Host& host) { host.disk.put(kServerPem, text); };
  };
  const Minted under = testing::mint_server("a.test", minted().intermediate);
  return {
      {kCaNamesTooLarge, Effect::kFires, "63 names of 1,050 bytes",
       [](Host& host) { bundle(host, long_names(63)); }},
      {kCaNamesTooLarge, Effect::kSilent, "60 of them",
       [](Host& host) { bundle(host, long_names(60)); }},
      {kFileWorldWritable, Effect::kFires, "the bundle", mode(kBundle, 0646)},
      {kFileWorldWritable, Effect::kFires, "the configuration", mode(kConf, 0666)},
      {kFileWorldWritable, Effect::kFires, "a key, which is not opened", mode(kServerKey, 0602)},
      {kFileWorldWritable, Effect::kSilent, "writable by owner and group", mode(kBundle, 0664)},
      {kFileWorldWritable, Effect::kSilent, "a canary, which nginx does not read",
       [](Host& host) {
         host.canary(pem(minted().client));
         host.disk.chmod(kCanaryPem, 0666);
       }},
      {kChainOrder, Effect::kFires, "the root before the intermediate",
       chain(pem(under) + pem(minted().root) + pem(minted().intermediate))},
      {kChainOrder, Effect::kSilent, "each before its issuer",
       chain(pem(under) + pem(minted().intermediate) + pem(minted().root))},
  };
}

}  // namespace

std::vector<Case> material_cases() {
  std::vector<Case> all;
  for (const auto& group : {role_cases(), strength_cases(), widening_cases(), rotation_cases(),
                            depth_cases(), file_cases()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

TEST_CASE("findings: one line speaks for all certificates of a kind") {
  Host host;
  bundle(host, pem(minted().client) + pem(minted().deep_client) + pem(minted().root));
  std::vector<std::string> said;
  for (const audit::Finding& finding : findings_of(*host.scratch())) {
    if (finding.kind == kNotACa) said.push_back(finding.detail);
  }
  REQUIRE(said.size() == 1);
  CHECK(said.front().starts_with("CN=client ("));
  CHECK(said.front().ends_with(" and 1 more"));
}

TEST_CASE("findings: a CA that ends soon is named with its successor") {
  const Minted ending = root_until(days{20}, "CN=Root C");
  const Minted next = root_until(days{900}, "CN=Root C");
  Host host;
  const auto said = [&](const std::string& text) {
    bundle(host, text);
    for (const audit::Finding& finding : findings_of(*host.scratch())) {
      if (finding.kind == kCaExpiresSoon) return finding.detail;
    }
    return std::string();
  };
  const std::string alone = said(pem(minted().root) + pem(ending));
  CHECK(alone.starts_with("CN=Root C ("));
  CHECK(alone.ends_with(") has no valid certificate from 2030-01-21T00:00:00Z on"));
  CHECK_THAT(said(pem(ending) + pem(next)), Catch::Contains("Z on; its successor is CN=Root C ("));
}

TEST_CASE("findings: permissions changed alone are seen at once, and mended too") {
  Host host;
  const auto before = host.scratch();
  host.disk.chmod(kServerKey, 0666);
  const auto open = host.after(before, host.differences(*before));
  CHECK(has(*open, kFileWorldWritable));
  host.disk.chmod(kServerKey, 0600);
  CHECK_FALSE(has(*host.after(open, host.differences(*open)), kFileWorldWritable));
}

}  // namespace mtls::audit_fixture
