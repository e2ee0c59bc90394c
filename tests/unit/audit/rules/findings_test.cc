// Every kind of finding: a configuration that fires it, and a neighbour, different in one thing,
// that must stay silent.
#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using audit::Expect;
using enum audit::FindingKind;

std::string with(const std::string& more) { return std::string(kCertificate) + " " + more; }
std::string on(const std::string& more) { return std::string(kVerifyOn) + " " + more; }

std::string pem(const Minted& minted) { return minted.certificate_pem; }

Minted root_valid(const std::string& subject, days from, days until,
                  const Minted* same_key = nullptr) {
  CertificateSpec spec = ca_spec(subject);
  spec.same_key_as = same_key;
  return mint_valid(spec, from, until);
}

const std::string kOptional = "ssl_client_certificate clients.pem; ssl_verify_client optional;";
const std::string kOptionalNoCaText =
    "ssl_client_certificate clients.pem; ssl_verify_client optional_no_ca;";
const std::string kGuard = "if ($ssl_client_verify != SUCCESS) { return 403; }";

void old_nginx(Host& host) { host.policy.build.version = config::Version{1, 22, 1}; }

void bundle(Host& host, const std::string& text) { host.disk.put(kBundle, text); }

void crl(Host& host, const std::string& text) {
  host.conf(http_server(on("ssl_crl clients.crl;")));
  host.disk.put(kCrl, text);
}

void server_certificate(Host& host, days until) {
  CertificateSpec spec;
  spec.subject = "CN=a.test";
  spec.issuer = &minted().root;
  spec.dns_names = {"a.test"};
  host.disk.put(kServerPem, pem(mint_valid(spec, days{-30}, until)));
}

std::vector<Case> trust_source_cases() {
  const std::string no_ca = "ssl_verify_client on;";
  return {
      {kNoTrustSource, Effect::kFires, "verify on without a CA",
       [=](Host& host) { host.conf(http_server(with(no_ca))); }},
      {kNoTrustSource, Effect::kFires, "1.22.1: ssl_trusted_certificate is not enough (R2.30)",
       [=](Host& host) {
         old_nginx(host);
         host.conf(http_server(with(no_ca + "ssl_trusted_certificate clients.pem;")));
       }},
      {kNoTrustSource, Effect::kSilent, "from 1.27.2 it is (R2.31)",
       [=](Host& host) {
         host.conf(http_server(with(no_ca + "ssl_trusted_certificate clients.pem;")));
       }},
      {kNoTrustSource, Effect::kFires, "an inherited CA is cancelled with \"\" (R2.12)",
       [=](Host& host) {
         host.conf(http("ssl_client_certificate clients.pem;\n" +
                        server("a.test", with(no_ca + "ssl_client_certificate \"\";"))));
       }},
      {kNoTrustSource, Effect::kSilent, "optional_no_ca needs no CA (R2.32)",
       [](Host& host) { host.conf(http_server(with("ssl_verify_client optional_no_ca;"))); }},
      {kNoTrustSource, Effect::kSilent, "a block without certificate is not checked (R2.17)",
       [=](Host& host) { host.conf(http(server("a.test", kVerifyOn) + server("b.test", no_ca))); }},
  };
}

void without_right(Host& host) {
  crl(host, minted().crl(minted().root));
  host.disk.fault(kCrl, base::ErrorCode::kPermission);
}

std::vector<Case> file_cases() {
  const std::string broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  return {
      {kBundleUnreadable, Effect::kFires, "the bundle is missing",
       [](Host& host) { host.disk.remove(kBundle); }},
      {kBundleUnreadable, Effect::kSilent, "nginx may read the CRL", without_right},
      {kUnreadableByExporter, Effect::kFires, "the exporter may not read the CRL", without_right},
      {kUnreadableByExporter, Effect::kFires, "an included file of the configuration",
       [](Host& host) {
         host.conf(http_server(kVerifyOn) + "include more.conf;");
         host.disk.put("/etc/nginx/more.conf", "");
         host.disk.fault("/etc/nginx/more.conf", base::ErrorCode::kPermission);
       }},
      {kUnreadableByExporter, Effect::kSilent, "nginx cannot either: the CRL is missing",
       [](Host& host) {
         crl(host, minted().crl(minted().root));
         host.disk.remove(kCrl);
       }},
      {kBundleUnreadable, Effect::kFires, "verify off: ssl_trusted_certificate is opened (R2.19)",
       [](Host& host) { host.conf(http_server(with("ssl_trusted_certificate missing.pem;"))); }},
      {kBundleUnreadable, Effect::kSilent, "verify off: ssl_client_certificate is not (R2.19)",
       [](Host& host) { host.conf(http_server(with("ssl_client_certificate missing.pem;"))); }},
      {kBundleUnparsable, Effect::kFires, "one block of the bundle is broken",
       [=](Host& host) { bundle(host, pem(minted().root) + broken); }},
      {kBundleUnparsable, Effect::kSilent, "text between blocks is skipped (R4.1)",
       [](Host& host) { bundle(host, "Certificate:\n" + pem(minted().root) + "junk\n"); }},
      {kBundleUnparsable, Effect::kFires, "ssl_crl with a certificate only (R3.35)",
       [](Host& host) { crl(host, pem(minted().root)); }},
      {kBundleUnparsable, Effect::kSilent, "1.22.1 takes it (R3.35, R4.3)",
       [](Host& host) {
         old_nginx(host);
         crl(host, pem(minted().root));
       }},
      {kBundleEmpty, Effect::kFires, "the bundle is a comment",
       [](Host& host) { bundle(host, "# nothing yet\n"); }},
      {kBundleEmpty, Effect::kFires, "the bundle holds a CRL only (R4.1)",
       [](Host& host) { bundle(host, minted().crl(minted().root)); }},
      {kBundleEmpty, Effect::kSilent, "a CRL beside the CA (R4.1)",
       [](Host& host) { bundle(host, minted().crl(minted().root) + pem(minted().root)); }},
      {kBundleEmpty, Effect::kFires, "1.22.1 sees no CA name in TRUSTED CERTIFICATE (R4.1)",
       [](Host& host) {
         old_nginx(host);
         bundle(host, testing::as_trusted_pem(minted().root, ""));
       }},
      {kBundleEmpty, Effect::kSilent, "from 1.27.2 it does (R4.1)",
       [](Host& host) { bundle(host, testing::as_trusted_pem(minted().root, "")); }},
      {kBundleEmpty, Effect::kFires, "ssl_trusted_certificate with a CRL only",
       [](Host& host) {
         host.conf(http_server(on("ssl_trusted_certificate trusted.pem;")));
         host.disk.put(kTrusted, minted().crl(minted().root));
       }},
      {kBundleEmpty, Effect::kSilent, "1.22.1 takes that (R4.4)",
       [](Host& host) {
         old_nginx(host);
         host.conf(http_server(on("ssl_trusted_certificate trusted.pem;")));
         host.disk.put(kTrusted, minted().crl(minted().root));
       }},
      {kPrivateKeyInBundle, Effect::kFires, "a key stands behind the CA",
       [](Host& host) { bundle(host, pem(minted().root) + minted().root.key_pem); }},
      {kPrivateKeyInBundle, Effect::kSilent, "a key in the server's own certificate file",
       [](Host& host) {
         host.disk.put(kServerPem, pem(minted().server) + minted().server.key_pem);
       }},
      {kDuplicateCertificate, Effect::kFires, "the same certificate twice",
       [](Host& host) { bundle(host, pem(minted().root) + pem(minted().root)); }},
      {kDuplicateCertificate, Effect::kSilent, "same name and key, another certificate",
       [](Host& host) {
         const Minted twin = root_valid("CN=Root A", days{-10}, days{900}, &minted().root);
         bundle(host, pem(minted().root) + pem(twin));
       }},
  };
}

std::vector<Case> role_cases() {
  const Minted second = testing::mint_intermediate("CN=Issuing A2", minted().intermediate);
  const std::string deep = pem(minted().root) + pem(minted().intermediate) + pem(second);
  return {
      {kLeafAsClientCa, Effect::kFires, "the client itself stands in the bundle",
       [](Host& host) { bundle(host, pem(minted().client)); }},
      {kLeafAsClientCa, Effect::kSilent, "a root beside it",
       [](Host& host) { bundle(host, pem(minted().client) + pem(minted().root)); }},
      {kLeafAsClientCa, Effect::kSilent, "a pinned self-signed client works (R6.2)",
       [](Host& host) {
         CertificateSpec pinned;
         pinned.subject = "CN=pinned";
         bundle(host, pem(testing::mint(pinned)));
       }},
      {kBundleMissingRoot, Effect::kFires, "an intermediate alone",
       [](Host& host) { bundle(host, pem(minted().intermediate)); }},
      {kBundleMissingRoot, Effect::kSilent, "its root in ssl_trusted_certificate (R3.9)",
       [](Host& host) {
         host.conf(http_server(on("ssl_trusted_certificate trusted.pem;")));
         bundle(host, pem(minted().intermediate));
         host.disk.put(kTrusted, pem(minted().root));
       }},
      {kBundleMissingRoot, Effect::kSilent, "an intermediate trusted for clientAuth (R3.7)",
       [](Host& host) {
         bundle(host, testing::as_trusted_pem(minted().intermediate, "clientAuth"));
       }},
      {kDepthTooSmall, Effect::kFires, "two intermediates at depth 1",
       [=](Host& host) {
         host.conf(http_server(on("ssl_verify_depth 1;")));
         bundle(host, deep);
       }},
      {kDepthTooSmall, Effect::kSilent, "two intermediates at depth 2",
       [=](Host& host) {
         host.conf(http_server(on("ssl_verify_depth 2;")));
         bundle(host, deep);
       }},
      {kDepthTooSmall, Effect::kSilent, "the default server's depth counts (R3.44)",
       [=](Host& host) {
         host.conf(http(server("d.test", on("ssl_verify_depth 2;")) +
                        server("m.test", "ssl_verify_client on; ssl_verify_depth 1;")));
         bundle(host, deep);
       }},
  };
}

std::vector<Case> validity_cases() {
  const Minted expired = root_valid("CN=Root A", days{-900}, days{-1}, &minted().root);
  const Minted ahead = root_valid("CN=Root A", days{10}, days{900}, &minted().root);
  const auto soon = [](days until) {
    return [=](Host& host) { bundle(host, pem(root_valid("CN=Root C", days{-9}, until))); };
  };
  return {
      {kCaExpired, Effect::kFires, "the only CA has expired",
       [=](Host& host) { bundle(host, pem(expired)); }},
      {kCaExpired, Effect::kSilent, "its renewed twin is beside it",
       [=](Host& host) { bundle(host, pem(expired) + pem(minted().root)); }},
      {kCaExpired, Effect::kSilent, "the twin is in ssl_trusted_certificate",
       [=](Host& host) {
         host.conf(http_server(on("ssl_trusted_certificate trusted.pem;")));
         bundle(host, pem(expired));
         host.disk.put(kTrusted, pem(minted().root));
       }},
      {kCaSupersededExpired, Effect::kFires, "an expired CA with its renewed twin",
       [=](Host& host) { bundle(host, pem(expired) + pem(minted().root)); }},
      {kCaSupersededExpired, Effect::kSilent, "an expired CA beside another name",
       [=](Host& host) { bundle(host, pem(expired) + pem(minted().other_root)); }},
      {kCaNotYetValid, Effect::kFires, "the only CA begins in ten days",
       [=](Host& host) { bundle(host, pem(ahead)); }},
      {kCaNotYetValid, Effect::kSilent, "its predecessor is in force",
       [=](Host& host) { bundle(host, pem(ahead) + pem(minted().root)); }},
      {kCaExpiresSoon, Effect::kFires, "30 days left", soon(days{30})},
      {kCaExpiresSoon, Effect::kSilent, "31 days left", soon(days{31})},
      {kServerCertificateExpired, Effect::kFires, "not_after is this second",
       [](Host& host) { server_certificate(host, days{0}); }},
      {kServerCertificateExpired, Effect::kSilent, "a day is left",
       [](Host& host) { server_certificate(host, days{1}); }},
      {kServerCertificateExpiresSoon, Effect::kFires, "14 days left",
       [](Host& host) { server_certificate(host, days{14}); }},
      {kServerCertificateExpiresSoon, Effect::kSilent, "15 days left",
       [](Host& host) { server_certificate(host, days{15}); }},
  };
}

std::vector<Case> mode_cases() {
  const auto text = [](const std::string& more) {
    return [=](Host& host) { host.conf(http_server(with(more))); };
  };
  return {
      {kVerifyOptionalUnguarded, Effect::kFires, "optional without a look", text(kOptional)},
      {kVerifyOptionalUnguarded, Effect::kSilent, "the handshake demands a certificate (R3.6)",
       text(kOptional + "ssl_conf_command VerifyMode Require;")},
      {kVerifyOptionalUnguarded, Effect::kFires, "but error_page hands those refused on",
       text(kOptional + "ssl_conf_command VerifyMode Require; error_page 495 @in; location @in { "
                        "root /srv; }")},
      {kVerifyOptionalUnguarded, Effect::kSilent, "optional behind a guard",
       text(kOptional + kGuard)},
      {kOptionalNoCa, Effect::kFires, "optional_no_ca without a look", text(kOptionalNoCaText)},
      {kOptionalNoCa, Effect::kSilent, "optional_no_ca behind a guard",
       text(kOptionalNoCaText + kGuard)},
      {kVerifyClientOffWithCa, Effect::kFires, "a CA, verify off",
       text("ssl_client_certificate clients.pem;")},
      {kVerifyClientOffWithCa, Effect::kSilent, "an inherited CA, verify off",
       [](Host& host) {
         host.conf(http("ssl_client_certificate clients.pem;\n" + server("a.test", with(""))));
       }},
      {kInertTlsSettings, Effect::kFires, "verify on behind a plain listen",
       [](Host& host) { host.conf(http(server("a.test", kVerifyOn, "80"))); }},
      {kInertTlsSettings, Effect::kSilent, "another block makes the address TLS (R2.2)",
       [](Host& host) {
         host.conf(http(server("a.test", kVerifyOn, "80") + server("b.test", kVerifyOn, "80 ssl")));
       }},
      {kRuntimePath, Effect::kFires, "a certificate by SNI",
       [](Host& host) {
         host.conf(
             http_server("ssl_certificate $ssl_server_name.pem; ssl_certificate_key server.key;"));
       }},
      {kRuntimePath, Effect::kSilent, "a certificate by a map of literal values",
       [](Host& host) {
         host.conf(
             http("map $ssl_server_name $cert { default server.pem; }\n" +
                  server("a.test", "ssl_certificate $cert; ssl_certificate_key server.key;")));
       }},
      {kRuntimePath, Effect::kSilent, "a certificate by path",
       [](Host& host) { host.conf(http_server(kCertificate)); }},
      {kServerShadowed, Effect::kFires, "the same name on the same address",
       [](Host& host) {
         host.conf(http(server("a.test", kVerifyOn) + server("A.test", kVerifyOn)));
       }},
      {kServerShadowed, Effect::kSilent, "the same name on another port",
       [](Host& host) {
         host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn, "8443 ssl")));
       }},
      {kDefaultServerOtherCa, Effect::kFires, "its clients may come in by Host (R3.42)",
       [](Host& host) { host.conf(behind_other_ca("")); }},
      {kDefaultServerOtherCa, Effect::kSilent, "not past ssl_reject_handshake",
       [](Host& host) { host.conf(behind_other_ca("ssl_reject_handshake on;")); }},
      {kSniSiblingWithoutMtls, Effect::kFires, "another name, the same backend",
       [](Host& host) { host.conf(beside_backend("app")); }},
      {kSniSiblingWithoutMtls, Effect::kSilent, "another name, another backend",
       [](Host& host) { host.conf(beside_backend("site")); }},
      {kNginxRefusesConfig, Effect::kFires, "a missing semicolon",
       [](Host& host) { host.conf("events { } http { server { listen 443 ssl } }"); }},
      {kNginxRefusesConfig, Effect::kFires, "a value nginx does not know",
       text("ssl_verify_client yes;")},
      {kNginxRefusesConfig, Effect::kSilent, "a directive of a module we do not know (R1.12)",
       text("shiny_new_thing on;")},
  };
}

std::vector<Case> canary_cases() {
  const auto only_at = [](const std::vector<std::string>& servers, const std::string& conf) {
    return [=](Host& host) {
      host.conf(conf);
      host.canary(pem(minted().client));
      host.policy.canaries.front().servers = servers;
    };
  };
  return {
      {kCanaryMatchesNoServer, Effect::kFires, "no server block has such a name",
       only_at({"b.*", "c.test"}, http_server(kVerifyOn))},
      {kCanaryMatchesNoServer, Effect::kFires, "the block of this name asks nobody",
       only_at({"b.test"}, http(server("a.test", kVerifyOn) + server("b.test", kCertificate)))},
      {kCanaryMatchesNoServer, Effect::kSilent, "one of two globs matches",
       only_at({"b.test", "a.*"}, http_server(kVerifyOn))},
      {kCanaryMatchesNoServer, Effect::kSilent, "without servers, where nobody is asked",
       only_at({}, http_server(kCertificate))},
      {kCanaryRejected, Effect::kFires, "a client of another CA",
       [](Host& host) { host.canary(pem(minted().other_client)); }},
      {kCanaryRejected, Effect::kSilent, "a client of the CA",
       [](Host& host) { host.canary(pem(minted().client)); }},
      {kCanaryWronglyAccepted, Effect::kFires, "a client that must not pass does",
       [](Host& host) { host.canary(pem(minted().client), Expect::kReject); }},
      {kCanaryRejected, Effect::kFires, "optional_no_ca lets it pass, the guard does not",
       [](Host& host) {
         host.conf(http_server(with(kOptionalNoCaText + kGuard)));
         host.canary(pem(minted().other_client));
       }},
      {kCanaryWronglyAccepted, Effect::kFires, "optional_no_ca lets a stranger pass",
       [](Host& host) {
         host.conf(http_server(with(kOptionalNoCaText)));
         host.canary(pem(minted().other_client), Expect::kReject);
       }},
      {kCanaryWronglyAccepted, Effect::kSilent, "behind a guard it does not",
       [](Host& host) {
         host.conf(http_server(with(kOptionalNoCaText + kGuard)));
         host.canary(pem(minted().other_client), Expect::kReject);
       }},
      {kCanaryWronglyAccepted, Effect::kSilent, "a stranger that must not pass does not",
       [](Host& host) { host.canary(pem(minted().other_client), Expect::kReject); }},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& group :
       {trust_source_cases(), file_cases(), role_cases(), validity_cases(), crl_cases(),
        ca_path_cases(), mode_cases(), canary_cases(), upstream_cases(), material_cases(),
        exposure_cases(), server_side_cases(), profile_cases(), partly_read_cases(),
        acceptance_cases()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace

TEST_CASE("findings: each kind fires where it must and is silent beside it") {
  for (const Case& example : all_cases()) {
    Host host;
    example.change(host);
    const auto snapshot = host.scratch();
    INFO(audit::rules::rule_of(example.kind).id << ": " << example.name);
    CAPTURE(ids(*snapshot));
    CHECK(has(*snapshot, example.kind) == (example.effect == Effect::kFires));
  }
}

TEST_CASE("findings: every kind has a case that fires it and one that does not") {
  // These need an nginx that runs, as in loaded_test.cc, or clients, as in observed_test.cc.
  std::set<FindingKind> firing{kReloadPending,     kLiveVerdictDiffers,
                               kLastReloadRefused, kLoadedTrustStale,
                               kCaUnused,          kClientCertificatesOfPublicCa};
  auto silent = firing;
  for (const Case& example : all_cases())
    (example.effect == Effect::kFires ? firing : silent).insert(example.kind);
  for (const audit::rules::Rule* rule : audit::rules::all_rules()) {
    INFO(rule->id);
    CHECK(firing.contains(rule->kind));
    CHECK(silent.contains(rule->kind));
  }
}

TEST_CASE("findings: the healthy host has none") { CHECK(ids(*Host().scratch()).empty()); }

TEST_CASE("findings: a detail from the host is made safe") {
  Host host;
  host.conf("events { }\nhttp { server { \x1b[2J\xff on } }");
  const auto snapshot = host.scratch();
  for (const audit::Finding& finding : findings_of(*snapshot)) {
    CAPTURE(finding.detail);
    CHECK(finding.detail.find('\x1b') == std::string::npos);
    CHECK(finding.detail.find('\xff') == std::string::npos);
  }
  CHECK(has(*snapshot, kNginxRefusesConfig));
}

}  // namespace mtls::audit_fixture
