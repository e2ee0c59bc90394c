#include "audit/trust/bundles.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using audit::BundleAudit;
using audit::Problem;

using Problems = std::map<std::string, std::size_t>;

Problems problems_of(const BundleAudit& bundle) {
  Problems counted;
  for (std::size_t i = 0; i < audit::kProblems; ++i) {
    if (bundle.problems.at(i) > 0)
      counted[std::string(word(static_cast<Problem>(i)))] = bundle.problems.at(i);
  }
  return counted;
}

Minted root_valid(const std::string& subject, days from, days until) {
  return mint_valid(ca_spec(subject), from, until);
}

}  // namespace

TEST_CASE("bundles: what is wrong with a file is counted by problem") {
  const Minted expired = root_valid("CN=Root A", days{-900}, days{0});
  const Minted ahead = root_valid("CN=Root C", days{1}, days{900});
  CertificateSpec weak = ca_spec("CN=Weak");
  weak.key = testing::KeyKind::kRsa1024;
  CertificateSpec sha1 = ca_spec("CN=Old digest", &minted().root);
  sha1.digest = "SHA1";
  const std::string root = minted().root.certificate_pem;
  const std::string broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const struct {
    std::string name;
    std::string content;
    Problems problems;
  } table[] = {
      {"a root", root, {}},
      {"nothing", "", {{"empty", 1}}},
      {"a leaf",
       minted().client.certificate_pem,
       {{"leaf_as_ca", 1}, {"missing_issuer", 1}, {"no_ca", 1}}},
      {"a leaf beside its root", minted().client.certificate_pem + root, {{"leaf_as_ca", 1}}},
      {"an intermediate alone", minted().intermediate.certificate_pem, {{"missing_issuer", 1}}},
      {"an intermediate and its root", minted().intermediate.certificate_pem + root, {}},
      {"expired, nothing replaces it",
       expired.certificate_pem,
       {{"expired", 1}, {"expired_needed", 1}}},
      {"expired, its namesake is in force", expired.certificate_pem + root, {{"expired", 1}}},
      {"not valid yet", ahead.certificate_pem, {{"not_yet_valid", 1}}},
      {"a weak key", testing::mint(weak).certificate_pem, {{"weak_key", 1}}},
      {"an old digest below a root",
       root + testing::mint(sha1).certificate_pem,
       {{"weak_signature", 1}}},
      {"two broken blocks", root + broken + broken, {{"bad_block", 2}, {"parse_error", 1}}},
      {"cut off",
       root + root.substr(0, 100),
       {{"bad_block", 1}, {"parse_error", 1}, {"truncated", 1}}},
      {"a key", root + minted().root.key_pem, {{"contains_private_key", 1}}},
      {"a duplicate of an expired one counts once",
       expired.certificate_pem + expired.certificate_pem,
       {{"expired", 1}, {"expired_needed", 1}}},
  };
  for (const auto& row : table) {
    INFO(row.name);
    Host host;
    host.disk.put(kBundle, row.content);
    CHECK(problems_of(*host.scratch()->bundles.at(kBundle)) == row.problems);
  }
}

TEST_CASE("bundles: a self-signed certificate below no root has no weak signature (R3.15)") {
  CertificateSpec sha1 = ca_spec("CN=Old root");
  sha1.digest = "SHA1";
  Host host;
  host.disk.put(kBundle, testing::mint(sha1).certificate_pem);
  CHECK(problems_of(*host.scratch()->bundles.at(kBundle)).empty());
}

TEST_CASE("bundles: a file that cannot be read says why") {
  const std::map<base::ErrorCode, std::string> table{
      {base::ErrorCode::kMissing, "missing"},        {base::ErrorCode::kPermission, "permission"},
      {base::ErrorCode::kNotRegular, "not_regular"}, {base::ErrorCode::kLoop, "loop"},
      {base::ErrorCode::kTooLarge, "too_large"},     {base::ErrorCode::kStuck, "stuck"},
      {base::ErrorCode::kUnreadable, "unreadable"},
  };
  for (const auto& [code, problem] : table) {
    Host host;
    host.disk.fault(kBundle, code);
    const auto snapshot = host.scratch();
    CHECK(problems_of(*snapshot->bundles.at(kBundle)) == Problems{{problem, 1}});
    CHECK_FALSE(snapshot->bundles.at(kBundle)->verified);
  }
}

TEST_CASE("bundles: a file that settles counts with its last good members") {
  Host host;
  const auto good = host.scratch();
  host.disk.put(kBundle, "half");
  const auto settling = host.after(good, {.paths = {kBundle}, .settled = {}});
  CHECK(problems_of(*settling->bundles.at(kBundle)) == Problems{{"settling", 1}});
  CHECK(settling->bundles.at(kBundle)->valid == 1);
}

TEST_CASE("bundles: members by state, each certificate once") {
  Host host;
  const std::string root = minted().root.certificate_pem;
  host.disk.put(kBundle, root + root_valid("CN=X", days{-9}, days{-1}).certificate_pem + root +
                             root_valid("CN=Y", days{1}, days{9}).certificate_pem);
  const auto snapshot = host.scratch();
  const BundleAudit& bundle = *snapshot->bundles.at(kBundle);
  CHECK(bundle.members.size() == 4);
  CHECK(bundle.valid == 1);
  CHECK(bundle.expired == 1);
  CHECK(bundle.not_yet_valid == 1);
  CHECK(bundle.duplicate == 1);
}

TEST_CASE("bundles: a member is judged in the trust store that holds its file") {
  Host host;
  host.disk.put(kBundle, minted().intermediate.certificate_pem);
  host.disk.put(kTrusted, minted().root.certificate_pem);
  host.conf(http_server(kVerifyOn));
  CHECK_FALSE(host.scratch()->bundles.at(kBundle)->verified);
  const std::string both = std::string(kVerifyOn) + "ssl_trusted_certificate trusted.pem;";
  host.conf(http_server(both));
  const auto together = host.scratch();
  CHECK(together->bundles.at(kBundle)->verified);
  CHECK(together->bundles.at(kTrusted)->directives ==
        std::set<std::string>{"ssl_trusted_certificate"});

  host.conf(http(server("a.test", both) + server("b.test", kVerifyOn)));
  CHECK_FALSE(host.scratch()->bundles.at(kBundle)->verified);  // b.test has no root
}

TEST_CASE("bundles: an expired CA whose namesake stands in the store's other file is replaced") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_trusted_certificate trusted.pem;"));
  host.disk.put(kBundle, root_valid("CN=Root A", days{-900}, days{-1}).certificate_pem);
  host.disk.put(kTrusted, minted().root.certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(has(*snapshot, FindingKind::kCaSupersededExpired));
  CHECK(problems_of(*snapshot->bundles.at(kBundle)) == Problems{{"expired", 1}});
}

TEST_CASE("bundles: a file nobody asks with stands for itself") {
  Host host;
  host.conf(http_server(std::string(kCertificate) + "ssl_client_certificate clients.pem;"));
  const auto snapshot = host.scratch();
  const BundleAudit& bundle = *snapshot->bundles.at(kBundle);
  CHECK(bundle.verified);
  CHECK(bundle.valid == 1);
  CHECK(bundle.directives == std::set<std::string>{"ssl_client_certificate"});
}

}  // namespace mtls::audit_fixture
