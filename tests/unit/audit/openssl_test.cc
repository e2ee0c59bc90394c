// An nginx with another OpenSSL than this program: what is judged as it would, and what is left
// open (R9.3, R9.4, R9.17, R9.18).
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "pki/openssl_release.h"
#include "tests/support/der.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

namespace der = testing::der;
using audit::Verdict;
using config::Version;

constexpr std::string_view kMlDsa65 = "2.16.840.1.101.3.4.3.18";

der::Bytes ml_dsa_key() {
  return der::public_key(der::sequence({der::oid(kMlDsa65)}), der::numbered(64, 5));
}

bool ours_knows_ml_dsa() { return pki::linked_openssl() >= pki::kOpenssl35; }

const Verdict& verdict_of(const std::shared_ptr<const audit::Snapshot>& snapshot) {
  return snapshot->servers.at(0)->verdicts.at(0);
}

/// The verdict over `client` at an nginx with this OpenSSL.
Verdict judged(Host& host, const std::string& client, Version openssl) {
  host.canary(client);
  host.policy.build.openssl = openssl;
  return verdict_of(host.scratch());
}

std::size_t count_of(const audit::Snapshot& snapshot, FindingKind kind) {
  return static_cast<std::size_t>(std::ranges::count_if(
      snapshot.findings, [&](const auto& finding) { return finding.kind == kind; }));
}

std::string short_dated(std::string_view subject) {
  return der::certificate_pem({.issuer = der::named(subject),
                               .not_after = der::tlv(der::kUtcTime, "3001010000Z"),
                               .subject = der::named(subject),
                               .extensions = {der::ca_extension()}});
}

}  // namespace

TEST_CASE("openssl: who is revoked where a delta CRL is taken for a full list (R9.14)") {
  const auto list = [](days from, bool is_delta, std::vector<const Minted*> revoked) {
    return minted().list(from, is_delta, std::move(revoked));
  };
  const Version takes{3, 0, 21};
  const Version passes{3, 0, 22};
  const bool ours_takes = pki::takes_deltas_for_full(pki::linked_openssl());
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  const std::string client = minted().client.certificate_pem;

  host.disk.put(kCrl, list(days{-2}, false, {&minted().client}) + list(days{-1}, true, {}));
  CHECK(judged(host, client, passes).code == 23);
  const Verdict hidden = judged(host, client, takes);
  CHECK(hidden.is_judged == ours_takes);
  if (ours_takes) CHECK(hidden.accepted);
  if (!ours_takes) CHECK(hidden.undecidable.starts_with("the delta CRL of CN="));

  host.disk.put(kCrl, list(days{-2}, false, {}) + list(days{-1}, true, {&minted().client}));
  CHECK(judged(host, client, passes).accepted);
  const Verdict revoked = judged(host, client, takes);
  CHECK(revoked.is_judged == ours_takes);
  if (ours_takes) CHECK(revoked.code == 23);

  host.disk.put(kCrl, list(days{-1}, true, {}));
  CHECK(judged(host, client, passes).code == 3);
}

TEST_CASE("openssl: a key that nginx's OpenSSL does not know is never offered (R9.3)") {
  const std::string leaf =
      der::certificate_pem({.subject = der::named("new"), .public_key = ml_dsa_key()});
  Host host;
  const Verdict old = judged(host, leaf, {3, 0, 0});
  CHECK(old.is_judged);
  CHECK(old.offered == false);
  CHECK(old.client_verify == "NONE");
  CHECK_FALSE(old.accepted);
  const auto snapshot = host.scratch();
  REQUIRE(count_of(*snapshot, FindingKind::kCanaryRejected) == 1);

  const Verdict newer = judged(host, leaf, {3, 5, 0});
  CHECK(newer.offered == true);
  CHECK(newer.is_judged == ours_knows_ml_dsa());

  host.conf(http_server(std::string(kVerifyOn) + " ssl_protocols TLSv1.2;"));
  CHECK(judged(host, leaf, {3, 5, 0}).offered == false);
  host.conf(http_server(std::string(kCertificate) +
                        "ssl_client_certificate clients.pem; ssl_verify_client optional;"));
  const Verdict optional = judged(host, leaf, {3, 0, 0});
  CHECK(optional.client_verify == "NONE");
  CHECK(optional.http_status == 200);
}

TEST_CASE("openssl: what it cannot judge as nginx does is left open, never a refusal (R9.4)") {
  const std::string issued = der::certificate_pem(
      {.issuer = der::named("new root"), .subject = der::named("client"), .public_key = {}});
  const std::string root = der::certificate_pem({.issuer = der::named("new root"),
                                                 .subject = der::named("new root"),
                                                 .extensions = {der::ca_extension()},
                                                 .public_key = ml_dsa_key()});
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + root);
  const Verdict newer = judged(host, issued, {3, 5, 0});
  CHECK(newer.is_judged == ours_knows_ml_dsa());
  if (!ours_knows_ml_dsa()) {
    CHECK(
        newer.undecidable.starts_with("ML-DSA-65 of CN=new root is known to nginx's OpenSSL 3.5"));
    CHECK(newer.client_verify.empty());
    CHECK_FALSE(newer.accepted);
    CHECK(count_of(*host.scratch(), FindingKind::kCanaryRejected) == 0);
  }
  const Verdict old = judged(host, issued, {3, 0, 0});
  CHECK(old.is_judged);
  CHECK(old.code != 0);

  const Verdict other = judged(host, minted().other_client.certificate_pem, {3, 5, 0});
  CHECK(other.is_judged);  // no chain of it leads over that root
  CHECK(other.code == 21);
  const Verdict usual = judged(host, minted().client.certificate_pem, {3, 5, 0});
  CHECK(usual.is_judged);
  CHECK(usual.accepted);
  CHECK(usual.offered == true);
}

TEST_CASE("openssl: since 3.5 a CA file with a short date is refused, and was not before (R9.18)") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + short_dated("odd"));
  const auto refused = [&](Version openssl) {
    host.policy.build.openssl = openssl;
    const auto errors = host.scratch()->nginx_errors();
    return errors.empty() ? "" : errors.front().message;
  };
  CHECK(refused({3, 0, 0}).empty());
  CHECK(refused({3, 5, 0}).find("cannot load certificate \"/etc/nginx/clients.pem\": "
                                "PEM_read_bio_X509_AUX() failed") != std::string::npos);
  CHECK(refused({3, 5, 0}).find("utctime is too short") != std::string::npos);

  host.policy.build.openssl = {3, 0, 0};
  const auto before = host.scratch();
  host.policy.build.openssl = {3, 6, 5};
  CHECK(host.after(before, {.paths = {kConf}, .settled = {}})->nginx_errors().size() == 1);
}

TEST_CASE("openssl: a client with a short date ends in the handshake since 3.5 (R9.18)") {
  Host host;
  const Verdict newer = judged(host, short_dated("odd"), {3, 5, 0});
  CHECK(newer.is_judged);
  CHECK(newer.handshake_alert == "decode_error");
  CHECK(newer.client_verify == "NONE");
  CHECK(newer.http_status == std::nullopt);
  CHECK_FALSE(newer.accepted);
  const auto snapshot = host.scratch();
  CHECK(count_of(*snapshot, FindingKind::kCanaryRejected) == 1);
  CHECK(count_of(*snapshot, FindingKind::kCanaryUnreadable) == 0);
  const auto sent = minted().client.certificate_pem + short_dated("odd");
  CHECK(judged(host, sent, {3, 5, 0}).handshake_alert == "decode_error");

  const Verdict old = judged(host, short_dated("odd"), {3, 0, 0});
  CHECK(old.handshake_alert.empty());
  CHECK(old.is_judged == (pki::linked_openssl() < pki::kOpenssl35));
  CHECK_FALSE(old.accepted);
}

TEST_CASE("openssl: since 3.6 a root's own CRL need not cover the root (R9.17)") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + " ssl_crl clients.crl;"));
  host.disk.put(kCrl,
                testing::mint_crl(
                    {.issuer = &minted().root, .revoked = {}, .scope = "critical,onlyuser:TRUE"}));
  const std::string client = minted().client.certificate_pem;
  CHECK(judged(host, client, {3, 5, 0}).code == 3);
  CHECK(count_of(*host.scratch(), FindingKind::kCrlOutOfScope) == 1);
  CHECK(judged(host, client, {3, 6, 0}).code == 0);
  CHECK(count_of(*host.scratch(), FindingKind::kCrlOutOfScope) == 0);
}

TEST_CASE("openssl: $ssl_client_verify has the words of nginx's OpenSSL (R9.17)") {
  Host host;
  const std::string early =
      mint_valid(client_spec("CN=early", minted().root), days{1}, days{9}).certificate_pem;
  CHECK(judged(host, early, {3, 5, 9}).client_verify == "FAILED:certificate is not yet valid");
  CHECK(judged(host, early, {3, 6, 0}).client_verify ==
        "FAILED:certificate is not yet valid or the system clock is incorrect");
}

TEST_CASE("openssl: groups and algorithms of the configuration's own leave `offered` open (R9.3)") {
  Host host;
  const auto offered = [&](const std::string& more) {
    host.conf(http_server(std::string(kVerifyOn) + more));
    return judged(host, minted().client.certificate_pem, {3, 5, 0}).offered;
  };
  CHECK(offered("") == true);
  CHECK(offered(" ssl_ecdh_curve X25519;") == true);  // TLS 1.3 goes by the algorithms alone
  CHECK(offered(" ssl_protocols TLSv1.2; ssl_ecdh_curve X25519;") == std::nullopt);
  CHECK(offered(" ssl_protocols TLSv1.2;") == true);
  CHECK(offered(" ssl_protocols TLSv1.1;") == std::nullopt);
  CHECK(offered(" ssl_conf_command signaturealgorithms ed25519;") == std::nullopt);
  CHECK(offered(" ssl_conf_command MinProtocol TLSv1.2;") == std::nullopt);
  CHECK(offered(" ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;") == true);
  host.conf(http(server("d.test", std::string(kCertificate) + " ssl_protocols TLSv1.2;") +
                 server("a.test", std::string(kVerifyOn) + " ssl_protocols TLSv1.3;")));
  host.canary(minted().client.certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(snapshot->servers.at(1)->verdicts.at(0).offered == std::nullopt);
}

}  // namespace mtls::audit_fixture
