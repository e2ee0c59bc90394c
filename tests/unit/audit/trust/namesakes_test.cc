// Until when, in stores of many CAs of one name: OpenSSL takes the first of them that is valid.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "pki/verify.h"
#include "tests/support/der.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using base::sys_seconds;
using std::chrono::seconds;

const audit::Verdict& verdict_in(const audit::Snapshot& snapshot) {
  return snapshot.servers.at(0)->verdicts.at(0);
}

std::string instant(sys_seconds at) {
  const std::string text = base::rfc3339(at);  // 2030-01-01T00:00:00Z
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits + "Z";
}

/// Of the name of `Root A` and a key of its own.
std::string namesake(std::uint64_t number, sys_seconds from, sys_seconds until) {
  namespace der = testing::der;
  const auto time = [](sys_seconds at) { return der::tlv(der::kGeneralizedTime, instant(at)); };
  // Its key would have to sign what the client's issuer signs: EC, like the fixture's.
  const der::Bytes p256 =
      der::sequence({der::oid("1.2.840.10045.2.1"), der::oid("1.2.840.10045.3.1.7")});
  const der::Bytes point = der::join({der::Bytes{2}, der::numbered(32, 5)});
  return der::certificate_pem({.serial = der::integer(number),
                               .issuer = der::named("Root"),
                               .not_before = time(from),
                               .not_after = time(until),
                               .subject = der::named("Root"),
                               .extensions = {der::ca_extension()},
                               .public_key = der::public_key(p256, point)});
}

CertificateSpec plain_root() {
  CertificateSpec spec = ca_spec("CN=Root");
  spec.key_identifiers = false;
  return spec;
}

Minted client_of(const Minted& root, days until) {
  CertificateSpec spec = client_spec("CN=client", root);
  spec.key_identifiers = false;
  return mint_valid(spec, days{-1}, until);
}

/// The first instant after kT0 of those at which any certificate begins or ends that the client is
/// refused, each asked of an evaluation of its own.
std::optional<sys_seconds> refused_first(Host& host) {
  const auto material = host.scratch()->material;
  std::set<sys_seconds> instants;
  for (const auto& [path, file] : material) {
    if (!file->material) continue;
    for (const sys_seconds at : pki::instants_of_change(file->material->certificates, {}, kT0))
      instants.insert(at);
  }
  for (const sys_seconds at : instants) {
    if (!verdict_in(*host.scratch(at)).accepted) return at;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("namesakes: among renewals at random accepted_until is what full evaluations find") {
  std::mt19937 random(1);
  const auto day = [&](int from, int until) {
    return days{from + static_cast<int>(random() % static_cast<unsigned>(until - from))};
  };
  std::set<sys_seconds> found;
  for (int round = 0; round < 20; ++round) {
    const Minted root = mint_valid(plain_root(), days{-40}, day(1, 10));
    CertificateSpec renewal = plain_root();
    renewal.same_key_as = &root;
    Host host;
    std::string bundle;
    for (std::uint64_t i = 0; i < 12; ++i) {
      const days begin = day(-20, 60);
      bundle += random() % 8 == 0 ? namesake(i + 2, kT0 + days{30} + begin, kT0 + days{60} + begin)
                                  : mint_valid(renewal, begin, begin + day(1, 30)).certificate_pem;
      if (i == 6) bundle += root.certificate_pem;
    }
    host.disk.put(kBundle, bundle);
    host.canary(client_of(root, days{70}).certificate_pem);
    INFO("round " << round);
    const auto snapshot = host.scratch();
    if (!verdict_in(*snapshot).accepted) continue;
    CHECK_FALSE(verdict_in(*snapshot).until_is_unknown);
    const auto until = verdict_in(*snapshot).accepted_until;
    CHECK(until == refused_first(host));
    if (until) found.insert(*until);
  }
  CHECK(found.size() > 8);
}

TEST_CASE("namesakes: beside many of one CA the end is exact, or said to be unknown") {
  struct Row {
    const char* name;
    int count;
    days lifetime;  // 0: all begin at once; else each ends so long after it begins
    bool known;
  };
  const Row rows[] = {
      {"thousands that end before the client's CA change nothing for it", 2'000, days{0}, true},
      {"past what can be looked at it is unknown, and not too early", 600, days{2}, false},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const Minted root = mint_valid(plain_root(), days{-40}, days{9000});
    std::string bundle = root.certificate_pem;
    for (int i = 1; i <= row.count; ++i) {
      const days end{i + row.lifetime.count()};
      const days begin = row.lifetime == days{0} ? days{-1} : days{i};
      bundle += namesake(static_cast<std::uint64_t>(i) + 2, kT0 + begin, kT0 + end);
    }
    Host host;
    host.disk.put(kBundle, bundle);
    host.canary(client_of(root, days{5000}).certificate_pem);
    const auto snapshot = host.scratch();
    REQUIRE(verdict_in(*snapshot).accepted);
    CHECK(verdict_in(*snapshot).until_is_unknown == !row.known);
    CHECK(verdict_in(*snapshot).accepted_until ==
          (row.known ? std::optional(kT0 + days{5000}) : std::nullopt));
  }
}

}  // namespace mtls::audit_fixture
