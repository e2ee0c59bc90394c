// Keys, stores and lists made to hurt (C12 to C19), and what judging and telling them takes.
#include "pki/verify.h"
#include "tests/unit/collectors/hostile_fixture.h"

namespace mtls::hostile {
namespace {

using der::Bytes;

// Issuers and what nobody signed with their keys.
std::string large_rsa_keys(int count) {
  std::string bundle;
  for (int i = 0; i < count; ++i) {
    for (const std::size_t bits : {16'384U, 20'000U, 65'536U}) {
      auto issuer = authority(der::named("issuer " + std::to_string(i)));
      issuer.rsa_bits = bits;
      auto child = issuer;
      child.subject = der::named("child");
      bundle += der::certificate_pem(issuer) + der::certificate_pem(child);
    }
  }
  return bundle;
}

TEST_CASE("C12: RSA keys of any size are read, and cost no more than OpenSSL lets them") {
  const Metrics metrics = metrics_of_bundle(large_rsa_keys(1));
  CHECK(metrics.state("valid") == 6);
  CHECK(metrics.problem("missing_issuer") == 3);
  Host half = host_with_bundle(large_rsa_keys(8));
  Host whole = host_with_bundle(large_rsa_keys(16));
  check_in_proportion(half, whole);
}

TEST_CASE("C13: a certificate that stands there twice has one series and is counted") {
  auto first = authority(der::named("same"));
  auto second = first;
  second.key = 2;
  const std::string pem = der::certificate_pem(first);
  const Metrics metrics = metrics_of_bundle(pem + der::certificate_pem(second) + pem);
  CHECK(metrics.all("ca_info").size() == 2);
  CHECK(metrics.state("duplicate") == 1);
  CHECK(metrics.state("valid") == 2);
}

TEST_CASE("C13: CAs that sign each other in a circle end nowhere and loop nowhere") {
  std::string bundle;
  for (const auto& [subject, issuer] :
       {std::pair("a", "b"), std::pair("b", "c"), std::pair("c", "a")}) {
    auto fields = authority(der::named(subject));
    fields.issuer = der::named(issuer);
    bundle += der::certificate_pem(fields);
  }
  const Metrics metrics = metrics_of_bundle(bundle);
  CHECK(metrics.problem("missing_issuer") == 3);
  CHECK(metrics.all("bundle_verify_success").at(0).value == 0);
}

std::string many_roots(std::uint64_t count) {
  std::string bundle;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto fields = authority(der::named("CA " + std::to_string(i)));
    fields.key = i;
    if (i == count - 1) fields.not_after = der::tlv(der::kGeneralizedTime, "20310101000000Z");
    bundle += der::certificate_pem(fields);
  }
  return bundle;
}

TEST_CASE("C14: of 20,000 certificates none has a series, the minimum is over all") {
  constexpr std::uint64_t kCount = 20'000;
  Host half = host_with_bundle(many_roots(kCount / 2));
  Host whole = host_with_bundle(many_roots(kCount));
  check_in_proportion(half, whole);
  const Metrics metrics(*whole.scratch());
  CHECK(metrics.state("valid") == kCount);
  CHECK(metrics.state("omitted") == kCount);
  CHECK(metrics.all("ca_info").empty());
  CHECK(metrics.all("bundle_earliest_expiry_timestamp_seconds").at(0).value == 1924992000);
}

// As the fixture's root names itself.
Bytes root_name() { return der::named("Root A"); }

std::string list_of_entries(std::uint64_t count) {
  Bytes entries;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const Bytes entry = der::crl_entry(der::integer(i));
    entries.insert(entries.end(), entry.begin(), entry.end());
  }
  return der::crl_pem({.issuer = root_name(), .entries = std::move(entries), .extensions = {}});
}

TEST_CASE("C13: CAs that renew each other without end are no exchange anybody watches") {
  std::string bundle;
  constexpr int kCount = 65;  // one more than a file may have series for
  for (int i = 0; i < kCount; ++i) {
    auto fields = authority(der::named("same"));
    fields.serial = der::integer(static_cast<std::uint64_t>(i));
    fields.not_after = der::tlv(der::kGeneralizedTime, std::to_string(2031 + i) + "0101000000Z");
    bundle += der::certificate_pem(fields);
  }
  const Metrics metrics = metrics_of_bundle(bundle);
  CHECK(metrics.all("ca_rotation_state").empty());
  // Three states of each, four series of each as a member of its file, one as trusted by the
  // server.
  CHECK(metrics.all("series_omitted").at(0).value == (3 + 4 + 1) * kCount);
  CHECK(metrics_of_bundle(bundle, {.max_certificates_per_file = kCount})
            .all("ca_rotation_state")
            .size() == std::size_t{3} * kCount);
}

TEST_CASE("C15: a list of 1,000,000 entries is counted, within what the worker may take") {
  constexpr std::uint64_t kCount = 1'000'000;
  Host half = host_with_crl(list_of_entries(kCount / 2));
  Host whole = host_with_crl(list_of_entries(kCount));
  check_in_proportion(half, whole);
  const Metrics metrics(*whole.scratch());
  CHECK(metrics.all("crl_revoked_certificates").at(0).value == kCount);
}

TEST_CASE("C15: what a list can lack or have besides is told apart") {
  const Bytes none;
  const der::CrlFields usual{.issuer = root_name()};
  auto endless = usual;
  endless.next_update = none;
  auto undated = usual;
  undated.next_update = der::tlv(der::kGeneralizedTime, "20300230000000Z");
  auto stranger = usual;
  stranger.issuer = der::named("Stranger");
  const auto metrics_of_crl = [](const der::CrlFields& fields) {
    return Metrics(*host_with_crl(der::crl_pem(fields)).scratch());
  };
  const std::string until = "crl_next_update_timestamp_seconds";
  CHECK(metrics_of_crl(usual).all(until).at(0).value == 1894060800);
  CHECK(metrics_of_crl(endless).all(until).empty());
  CHECK(metrics_of_crl(undated).all(until).at(0).value == 0);  // past, not "never"
  CHECK(metrics_of_crl(stranger).all("server_crl_missing_issuers").at(0).value == 1);
  CHECK(metrics_of_crl(usual).all("server_crl_missing_issuers").at(0).value == 0);
}

TEST_CASE("C15: with a list that its CA did not sign, or of changes only, nobody gets in") {
  const auto code_with = [](const der::CrlFields& fields) {
    Host host = host_with_crl(der::crl_pem(fields));
    host.policy.build.openssl = {3, 0, 22};  // passes over lists of changes (R9.14)
    host.canary(audit_fixture::minted().client.certificate_pem);
    return host.scratch()->servers.at(0)->verdicts.at(0).code;
  };
  constexpr int kBadSignature = 8;  // X509_V_ERR_CRL_SIGNATURE_FAILURE
  constexpr int kNoSuchList = 3;    // X509_V_ERR_UNABLE_TO_GET_CRL
  const Bytes delta = der::sequence({der::oid("2.5.29.27"), der::tlv(0x01, Bytes{0xFF}),
                                     der::tlv(der::kOctetString, der::integer(1))});
  CHECK(code_with({.issuer = root_name()}) == kBadSignature);
  CHECK(code_with({.issuer = root_name(), .extensions = {delta}}) == kNoSuchList);
}

TEST_CASE("C15: of lists of more issuers than a file may tell, none has a series") {
  std::string lists;
  constexpr int kCount = 700;
  for (int i = 0; i < kCount; ++i)
    lists += der::crl_pem({.issuer = der::named("CA " + std::to_string(i))});
  const Metrics metrics(*host_with_crl(lists).scratch());
  CHECK(metrics.all("crl_revoked_certificates").empty());
  CHECK(metrics.all("series_omitted").at(0).value == 3 * kCount);
}

TEST_CASE("C16: names against constraints cost no more than OpenSSL lets them") {
  std::vector<Bytes> permitted;
  std::vector<Bytes> names;
  for (int i = 0; i < 3'000; ++i) {
    const std::string number = std::to_string(i);
    permitted.push_back(der::sequence({der::tlv(0x82, "p" + number + ".test")}));
    names.push_back(der::tlv(0x82, "n" + number + ".test"));
  }
  auto issuer = authority(der::named("constraining"));
  issuer.extensions.push_back(
      der::extension("2.5.29.30", der::sequence({der::tlv(0xA0, der::join(permitted))})));
  Host host;
  host.disk.put(kBundle, der::certificate_pem(issuer));
  host.canary(der::certificate_pem({.issuer = der::named("constraining"),
                                    .subject = der::named("client"),
                                    .extensions = {der::alternative_names(names)}}));
  // NAME_CHECK_MAX of OpenSSL 3.0's v3_ncons.c: more pairs than 2^20 are not compared.
  constexpr int kUnspecified = 1;
  CHECK(host.scratch()->servers.at(0)->verdicts.at(0).code == kUnspecified);
}

TEST_CASE("C17: a file that two server blocks name has its series once") {
  Host host;
  host.conf(audit_fixture::http(audit_fixture::server("a.test", audit_fixture::kVerifyOn) +
                                audit_fixture::server("b.test", audit_fixture::kVerifyOn)));
  const Metrics metrics(*host.scratch());
  CHECK(metrics.all("server_info").size() == 2);
  CHECK(metrics.all("ca_info").size() == 1);
  CHECK(metrics.all("bundle_info").size() == 1);
}

TEST_CASE("C18: a certificate, and a file, that is gone has no series any more") {
  Host host;
  host.disk.put(kBundle, audit_fixture::minted().root.certificate_pem +
                             audit_fixture::minted().other_root.certificate_pem);
  const auto first = host.scratch();
  CHECK(Metrics(*first).all("ca_info").size() == 2);
  host.disk.put(kBundle, audit_fixture::minted().root.certificate_pem);
  const auto second = host.after(first, host.differences(*first));
  CHECK(Metrics(*second).all("ca_info").size() == 1);
  host.disk.remove(kBundle);
  const Metrics gone(*host.after(second, host.differences(*second)));
  CHECK(gone.all("ca_info").empty());
  CHECK(gone.problem("missing") == 1);
}

TEST_CASE("C19: above the limit of series the ca_ families go first, and that is told") {
  std::string bundle;
  for (int i = 0; i < 50; ++i)
    bundle += der::certificate_pem(authority(der::named("CA " + std::to_string(i))));
  audit::Limits limits;
  limits.max_series = 150;
  const Metrics metrics = metrics_of_bundle(bundle, limits);
  CHECK(metrics.all("ca_info").empty());
  CHECK(metrics.all("series_omitted").at(0).value == (4 + 1) * 50);
  CHECK(metrics.all("server_info").size() == 1);
  CHECK(metrics.all("bundle_certificates").size() == 5);
}

}  // namespace
}  // namespace mtls::hostile
